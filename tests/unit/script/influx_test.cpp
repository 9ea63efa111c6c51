#include "influx.hpp"

#include <random>

#include "catch.hpp"

using namespace muster::plugin::script;

namespace {

std::string lines(const std::string& line, std::size_t left_out = 0) {
  std::size_t counted = 0;
  const auto samples = read_influx_line(line, counted);
  if (!samples) return "error: " + samples.error().message;
  CHECK(counted == left_out);
  return exposition(*samples);
}

}  // namespace

TEST_CASE("a line's fields are metrics with its tags as labels", "[unit][script]") {
  CHECK(lines("cpu,core=0,host=a usage=3.5,busy=true 1700000000000000000") ==
        "cpu_busy{core=\"0\",host=\"a\"} 1\ncpu_usage{core=\"0\",host=\"a\"} 3.5\n");
  CHECK(lines("up value=1") == "up 1\n");
  CHECK(lines("m a=5i,b=6u,c=F,d=-1e3,e=\"x, y=\\\" z\",f=1", 1) ==
        "m_a 5\nm_b 6\nm_c 0\nm_d -1000\nm_f 1\n");
  CHECK(lines("m\\ x,t\\ g=a\\,b\\=c\\ d f\\=1=2") == "m_x_f_1{t_g=\"a,b=c d\"} 2\n");
  CHECK(lines("9-lives,1st=\"q\" v.x=1") == "_9_lives_v_x{_1st=\"\\\"q\\\"\"} 1\n");
  CHECK(lines("m,empty= value=2\r") == "m 2\n");
  CHECK(lines("# a comment").empty());
  CHECK(lines("").empty());
}

TEST_CASE("what is no line is refused with what is wrong", "[unit][script]") {
  using Row = std::pair<std::string, std::string>;
  const auto [line, why] = GENERATE(
      Row{"m", "it has no fields"}, Row{"m,t", "a tag is no name=value"},
      Row{"m,=x v=1", "a tag is no name=value"}, Row{",t=x v=1", "it begins with no measurement"},
      Row{"m v", "a field is no name=value"}, Row{"m v=", "the field v is no number"},
      Row{"m v=1x", "the field v is no number"}, Row{"m v=nan", "the field v is no number"},
      Row{"m v=\"x", "a text is never closed"},
      Row{"m v=1 soon", "what follows the fields is no time"},
      Row{"m v=1 5 6", "what follows the fields is no time"},
      Row{"m v=1,", "a field is no name=value"});
  CAPTURE(line);
  CHECK(lines(line) == "error: " + why);
}

TEST_CASE("a line has at most 32 tags and 32 fields", "[unit][script]") {
  std::string tags = "m";
  std::string fields = "m a=0";
  for (int i = 0; i < 32; ++i) tags += ",t" + std::to_string(i) + "=x";
  for (int i = 1; i < 32; ++i) fields += ",f" + std::to_string(i) + "=1";
  CHECK(lines(tags + " v=1").find("error") == std::string::npos);
  CHECK(lines(tags + ",more=x v=1") == "error: it has more than 32 tags");
  CHECK(lines(fields).find("error") == std::string::npos);
  CHECK(lines(fields + ",more=1") == "error: it has more than 32 fields");
}

TEST_CASE("a line that was written is read again, and a random one crashes nothing",
          "[unit][script]") {
  std::mt19937 random(20260103);
  const std::string alphabet = "ab,= \\\"1.\xC3\xA9\xFF";
  const auto escaped = [](const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (std::string(", =\\").find(c) != std::string::npos) out += '\\';
      out += c;
    }
    return out;
  };
  for (int round = 0; round < 3000; ++round) {
    std::string value;
    for (std::size_t i = 0; i <= random() % 10; ++i) value += "ab,= \\\"1"[random() % 8];
    std::size_t left_out = 0;
    const auto read = read_influx_line("m,t=" + escaped(value) + " f=2", left_out);
    CAPTURE(value);
    REQUIRE(read);
    REQUIRE(read->at(0).labels.at("t") == value);
    std::string text(random() % 40, ' ');
    for (auto& c : text) c = alphabet[random() % alphabet.size()];
    (void)read_influx_line(text, left_out);
  }
}
