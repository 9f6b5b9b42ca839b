#pragma once
// The events that can still be told to be one subject's: those under pseudonyms whose day's key is
// still there. When the key is gone, nobody can tell any more, not even who holds the subject's id.

#include "consent/token.h"
#include "events/event_sink.h"
#include "service.h"
#include "wire/json_document.h"

namespace consent::server {

struct SubjectEvents {
  JsonArray events;  // as they are stored, oldest day first
  std::optional<SinkFailure> failure = {};
};
SubjectEvents events_of(const Service& service, const SubjectId& subject);

EventSink::Removal remove_events_of(const Service& service, const SubjectId& subject);

}  // namespace consent::server
