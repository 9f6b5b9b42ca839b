#pragma once
// Which differences between two policy versions make an earlier consent void: purposes, recipients,
// controller, legal basis. Texts, cookies, colours and routine revisions are not material.

#include "site/site_policy.h"

namespace consent::server {

const PurposeInfo* find_purpose(const PolicyText& policy, Purpose purpose);

// Whether both versions use the purpose, for the same controller, on the same legal basis, with the
// same recipients.
bool agree_on(const PolicyText& a, const PolicyText& b, Purpose purpose);

// Computes material_since of every version, of versions in ascending order.
void settle_material_since(std::vector<PolicyText>& policies);

// Whether `after` differs materially from `before` for some purpose it uses.
bool is_material_change(const PolicyText& before, const PolicyText& after);

}  // namespace consent::server
