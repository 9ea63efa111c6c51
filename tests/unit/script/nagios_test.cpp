#include "nagios.hpp"

#include <nlohmann/json.hpp>
#include <random>

#include "catch.hpp"
#include "text.hpp"

using namespace muster::plugin::script;
using nlohmann::json;

namespace {

json check(const std::string& output, int exit_code = 0) {
  return to_json(read_check(exit_code, output));
}

std::vector<PerfValue> values(const std::string& text, std::size_t unreadable = 0) {
  std::size_t counted = 0;
  auto read = read_perfdata(text, counted);
  CHECK(counted == unreadable);
  return read;
}

}  // namespace

TEST_CASE("an exit code is a state, and an unknown one tells nothing", "[unit][script]") {
  using Row = std::pair<int, std::string>;
  const auto [code, status] =
      GENERATE(Row{0, "ok"}, Row{1, "warning"}, Row{2, "critical"}, Row{3, "unknown"},
               Row{4, "unknown"}, Row{127, "unknown"}, Row{-1, "unknown"});
  CHECK(check("text\n", code)["status"] == status);
}

TEST_CASE("output is a line, details, and values in both of their places", "[unit][script]") {
  CHECK(check("DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968\n"
              "/ 15272 MB (77%);\n/boot 68 MB (69%);\n"
              "/home 69357 MB (27%); | /boot=68MB;88;93;0;98\n/home=69357MB;253404;;0\n") ==
        json::parse(R"({"status": "ok", "text": "DISK OK - free space: / 3326 MB (56%);",
          "details": "/ 15272 MB (77%);\n/boot 68 MB (69%);\n/home 69357 MB (27%);",
          "values": [
            {"label": "/", "value": 2643.0, "unit": "MB", "warning": "5948", "critical": "5958",
             "minimum": 0.0, "maximum": 5968.0},
            {"label": "/boot", "value": 68.0, "unit": "MB", "warning": "88", "critical": "93",
             "minimum": 0.0, "maximum": 98.0},
            {"label": "/home", "value": 69357.0, "unit": "MB", "warning": "253404",
             "minimum": 0.0}]})"));
  CHECK(check("|a=2 b=2.5")["values"].dump() ==
        R"([{"label":"a","value":2},{"label":"b","value":2.5}])");
  CHECK(check("") == json{{"status", "ok"}, {"text", ""}});
  CHECK(check("|a=1") == json::parse(R"({"status": "ok", "text": "",
    "values": [{"label": "a", "value": 1.0}]})"));
}

TEST_CASE("values may have quotes, units, ranges and gaps", "[unit][script]") {
  const auto read = values("'a b''s'=-1.5%;~:10;@5:7 c=12c x=U load=0.100;;;0; 'q'=1e3");
  REQUIRE(read.size() == 4);
  CHECK(read[0].label == "a b's");
  CHECK(read[0].value == -1.5);
  CHECK(read[0].unit == "%");
  CHECK(read[0].warning == "~:10");
  CHECK(read[0].critical == "@5:7");
  CHECK_FALSE(read[0].minimum);
  CHECK(read[1].unit == "c");
  CHECK(read[2].label == "load");
  CHECK(read[2].minimum == 0.0);
  CHECK(read[3].value == 1000);
}

TEST_CASE("what is no value is counted and never guessed", "[unit][script]") {
  const auto* text = GENERATE("a", "=5", "a=", "a=x", "''=1", "'a=1", "a=1,5", "a=inf", "a=nan",
                              "'a'5", "a=1e999");
  CAPTURE(text);
  CHECK(values(text, 1).empty());
}

TEST_CASE("a check has at most 256 values and 64 KiB of output, and no half of a number",
          "[unit][script]") {
  std::string many;
  for (int i = 0; i < 300; ++i) many += "v" + std::to_string(i) + "=1 ";
  CHECK(values(many, 44).size() == kMaxPerfValues);

  std::string output = "text |";
  output.resize(kMaxCheckOutput - 4, ' ');
  const auto fits = read_check(0, output + "a=12");
  CHECK_FALSE(fits.truncated);
  CHECK(fits.values.at(0).value == 12);
  const auto cut = read_check(0, output + "a=123");
  CHECK(cut.truncated);
  CHECK(cut.values.empty());
  CHECK(to_json(cut)["truncated"] == true);
}

TEST_CASE("values that were written are read again", "[unit][script]") {
  std::mt19937 random(20260101);
  const std::string alphabet = "ab1=' /:%.-_|";
  for (int round = 0; round < 2000; ++round) {
    std::vector<PerfValue> written(random() % 5);
    std::string text;
    for (auto& value : written) {
      std::string quoted;
      for (std::size_t i = 0; i <= random() % 8; ++i) {
        value.label += alphabet[random() % alphabet.size()];
        quoted += value.label.back() == '\'' ? "''" : std::string(1, value.label.back());
      }
      value.value = static_cast<double>(static_cast<int>(random() % 2001) - 1000) / 8;
      value.unit = std::vector<std::string>{"", "s", "%", "MiB"}[random() % 4];
      text += " '" + quoted + "'=" + json(value.value).dump() + value.unit + ";" +
              std::to_string(random() % 9);
    }
    CAPTURE(text);
    const auto read = values(text);
    REQUIRE(read.size() == written.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      REQUIRE(read[i].label == written[i].label);
      REQUIRE(read[i].value == written[i].value);
      REQUIRE(read[i].unit == written[i].unit);
    }
  }
}

TEST_CASE("random output gives a report of clean text, never a crash", "[unit][script]") {
  std::mt19937 random(20260102);
  const std::string alphabet = "a1=;'| \n\t.-%U\xC3\xA9\xFF\x01";
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 80, ' ');
    for (auto& c : text) c = alphabet[random() % alphabet.size()];
    const auto report = read_check(static_cast<int>(random() % 6), text);
    REQUIRE_NOTHROW(to_json(report).dump());
    REQUIRE(clean_text(report.text, text.size()) == report.text);
  }
}
