#include "rights/sweep_report.h"

#include <utility>

namespace consent::server {

SweepFigures figures_of(const SweepReport& report) {
  SweepFigures figures;
  if (!report.ended) figures.end = SweepEnd::interrupted;
  if (!report.failure.empty()) figures.end = SweepEnd::failed;
  figures.event_days = report.event_days;
  for (const ZoneSweep& zone : report.zones) {
    figures.subjects += zone.destroyed;
    figures.superseded_records += zone.superseded;
    figures.log_entries += zone.entries;
    figures.frozen += zone.frozen;
  }
  return figures;
}

std::vector<std::string> to_lines(const SweepReport& report, SweepMode mode) {
  const std::string done = mode == SweepMode::dry_run ? " would be destroyed" : " destroyed";
  std::vector<std::string> lines;
  for (const ZoneSweep& zone : report.zones) {
    std::string line = std::string(to_text(zone.zone)) + ": " + std::to_string(zone.subjects) +
                       " subjects looked at, " + std::to_string(zone.destroyed) + done + ", " +
                       std::to_string(zone.frozen) + " kept by a hold or restriction";
    if (zone.renewed > 0) {
      line += ", " + std::to_string(zone.superseded) + " superseded records of " +
              std::to_string(zone.renewed) + " others" + done;
    }
    if (zone.copies > 0)
      line += ", " + std::to_string(zone.copies) + " copies of them in another zone" + done;
    if (zone.entries > 0)
      line += ", " + std::to_string(zone.entries) + " entries of the log" + done;
    if (zone.requests > 0) line += ", " + std::to_string(zone.requests) + " closed requests" + done;
    if (zone.orphans > 0)
      line += ", " + std::to_string(zone.orphans) + " copies whose original was gone" + done;
    if (zone.failed > 0) line += ", " + std::to_string(zone.failed) + " that could not be";
    if (zone.damaged > 0) line += ", " + std::to_string(zone.damaged) + " that do not open";
    if (zone.certificate) line += "; certificate " + to_text(*zone.certificate);
    lines.push_back(std::move(line));
  }
  lines.push_back("events: " + std::to_string(report.event_days) + " days" + done);
  return lines;
}

}  // namespace consent::server
