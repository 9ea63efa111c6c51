/// One page of metrics out of several sources, each in the Prometheus text format 0.0.4.
///
/// Plain value. A source is checked line by line and taken whole or not at all, so that one that
/// is broken cannot spoil the page. A family that several sources have gets one HELP and one TYPE.
#pragma once

#include <map>
#include <muster/core/base/error.hpp>
#include <string>
#include <string_view>

namespace muster::agent {

class MetricsText {
 public:
  /// Adds `text`; each of its series gets the label `plugin`, unless that is "". A label of that
  /// name that was there becomes `exported_plugin`. Errors: Corrupt, naming the line, for what is
  /// no metric; Conflict for a family that is of another type in a source before.
  [[nodiscard]] Status add(std::string_view text, const std::string& plugin);
  /// The page, families by name.
  [[nodiscard]] std::string page() const;

 private:
  struct Family {
    std::string help;
    std::string type;
    std::string samples;
  };
  using Families = std::map<std::string, Family, std::less<>>;
  [[nodiscard]] static bool take_line(std::string_view line, const std::string& plugin,
                                      Families& families);
  [[nodiscard]] static bool take_comment(std::string_view line, Families& families);
  [[nodiscard]] static Family& family_of(std::string_view sample, Families& families);

  Families families_;
};

}  // namespace muster::agent
