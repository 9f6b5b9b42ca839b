// The facts of law the region vectors are judged by, written down a second time: from the texts of
// the laws, not from the core's ruleset. Codes are ISO 3166-1 alpha-2 as of 2026-11.

const words = (text) => text.trim().split(/\s+/);

export const countries = new Set(
  words(`
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
  BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
  EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
  GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
  KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
  MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
  QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
  TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
  ZW`),
);

// Not in ISO 3166-1, but a place: geo databases use the user-assigned code for Kosovo.
export const userAssigned = new Set(["XK"]);

export const aliases = new Map(
  Object.entries({ UK: "GB", EL: "GR", XI: "GB", IC: "ES", EA: "ES" }),
);

// What geo databases and edges write when they do not know, or know only a continent or an
// anonymising network.
export const unknownMarkers = words("ZZ XX T1 A1 A2 O1 AP EU UN --");

// GDPR itself: the 27 members, Aaland, the outermost regions with a code of their own, and the EEA.
export const gdpr = new Set(
  words(`
  AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE
  AX GP MQ GF RE YT MF  IS LI NO`),
);

// National law that carries the same duties.
export const equivalent = new Set(words("SJ GI JE GG IM BL PM WF PF NC TF"));

// The allow-list: only here may anything optional run before a choice. US and CA have rules of
// their own below.
export const optOut = new Set(words("JP AU CX CC NF NZ SG HK MX TW MY PR GU VI AS MP UM"));

// Regimes named after one law. A list of {from, id}: the last one whose day has come holds; before
// the first, the country has no regime of its own. '0000' where the vectors ask about no day before
// the law.
export const countryRegimes = new Map(
  Object.entries({
    CH: [{ from: "2023-09-01", id: "ch_fadp" }],
    BR: [{ from: "0000", id: "br_lgpd" }],
    JP: [{ from: "0000", id: "jp_appi" }],
    KR: [{ from: "0000", id: "kr_pipa" }],
    IN: [
      { from: "0000", id: "in_spdi" },
      { from: "2027-05-13", id: "in_dpdp" },
    ],
    TR: [{ from: "0000", id: "tr_kvkk" }],
    CN: [{ from: "2021-11-01", id: "cn_pipl" }],
    VN: [{ from: "2026-01-01", id: "vn_pdpl" }],
    ZA: [{ from: "2021-07-01", id: "za_popia" }],
    TH: [{ from: "2022-06-01", id: "th_pdpa" }],
    CL: [
      { from: "0000", id: "cl_19628" },
      { from: "2026-12-01", id: "cl_21719" },
    ],
    AU: [{ from: "0000", id: "au_privacy_act" }],
    CX: [{ from: "0000", id: "au_privacy_act" }],
    CC: [{ from: "0000", id: "au_privacy_act" }],
    NF: [{ from: "0000", id: "au_privacy_act" }],
    NZ: [{ from: "0000", id: "nz_privacy_act" }],
    SG: [{ from: "0000", id: "sg_pdpa" }],
    HK: [{ from: "0000", id: "hk_pdpo" }],
    MX: [{ from: "0000", id: "mx_lfpdppp" }],
    TW: [{ from: "0000", id: "tw_pdpa" }],
    MY: [{ from: "0000", id: "my_pdpa" }],
    PR: [{ from: "0000", id: "us_none" }],
    GU: [{ from: "0000", id: "us_none" }],
    VI: [{ from: "0000", id: "us_none" }],
    AS: [{ from: "0000", id: "us_none" }],
    MP: [{ from: "0000", id: "us_none" }],
    UM: [{ from: "0000", id: "us_none" }],
  }),
);

// The comprehensive state laws and the days they took or take effect.
export const stateLaws = new Map(
  Object.entries({
    CA: { from: "2020-01-01", id: "us_ca_ccpa" },
    VA: { from: "2023-01-01", id: "us_va_vcdpa" },
    CO: { from: "2023-07-01", id: "us_co_cpa" },
    CT: { from: "2023-07-01", id: "us_ct_ctdpa" },
    UT: { from: "2023-12-31", id: "us_ut_ucpa" },
    TX: { from: "2024-07-01", id: "us_tx_tdpsa" },
    OR: { from: "2024-07-01", id: "us_or_ocpa" },
    FL: { from: "2024-07-01", id: "us_fl_fdbr" },
    MT: { from: "2024-10-01", id: "us_mt_mtcdpa" },
    DE: { from: "2025-01-01", id: "us_de_dpdpa" },
    IA: { from: "2025-01-01", id: "us_ia_icdpa" },
    NE: { from: "2025-01-01", id: "us_ne_ndpa" },
    NH: { from: "2025-01-01", id: "us_nh_nhpa" },
    NJ: { from: "2025-01-15", id: "us_nj_njdpa" },
    TN: { from: "2025-07-01", id: "us_tn_tipa" },
    MN: { from: "2025-07-31", id: "us_mn_mcdpa" },
    MD: { from: "2025-10-01", id: "us_md_modpa" },
    IN: { from: "2026-01-01", id: "us_in_incdpa" },
    KY: { from: "2026-01-01", id: "us_ky_kcdpa" },
    RI: { from: "2026-01-01", id: "us_ri_ridtppa" },
    OK: { from: "2027-01-01", id: "us_ok_okcdpa" },
    LA: { from: "2027-01-01", id: "us_la_ldpa" },
    AL: { from: "2027-05-01", id: "us_al_apdpa" },
    VT: { from: "2028-01-01", id: "us_vt_vdposa" },
  }),
);

// ISO 3166-2:US, all of it. A code that is not here names no state: which one it is stays unknown.
export const states = new Set(
  words(`
  AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC
  ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC  AS GU MP PR UM VI`),
);

export const provinces = new Set(words("AB BC MB NB NL NS NT NU ON PE QC SK YT"));

// Law 25 made Quebec's rules explicit on this day; before it the province counts as an unknown one.
export const quebecFrom = "2023-09-22";
