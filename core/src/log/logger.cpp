#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <muster/core/log/logger.hpp>

namespace muster::log {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"error", "warn", "info", "debug"};
constexpr std::array<std::string_view, 5> kSecretKeys{"token", "secret", "password",
                                                      "authorization", "key"};

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

bool is_secret(std::string_view key) {
  const auto last_part = key.substr(key.find_last_of("_-.") + 1);  // npos + 1 is the whole
  return std::any_of(kSecretKeys.begin(), kSecretKeys.end(),
                     [&](auto secret) { return equal_ignoring_case(last_part, secret); });
}

std::pair<std::string, std::string> kept(const Field& field) {
  return {std::string(field.key()), is_secret(field.key()) ? "***" : field.text()};
}

struct ToText {
  std::string operator()(std::string_view text) const { return std::string(text); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(auto number) const {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
  }
};

}  // namespace

Result<Level> parse_level(std::string_view name) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == name) return static_cast<Level>(i);
  }
  return fail(ErrorCode::InvalidArgument,
              std::string("'").append(name) + "' is no log level: use error, warn, info or debug");
}

std::string_view to_string(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

std::string Field::text() const { return std::visit(ToText{}, value_); }

std::string_view Entry::field(std::string_view key) const {
  for (const auto& [name, value] : fields) {
    if (name == key) return value;
  }
  return {};
}

struct Logger::Shared {
  std::string program;
  std::atomic<Level> level;
  Sink sink;
  const Clock& clock;
};

Logger::Logger(std::string program, Level level, Sink sink, const Clock& clock)
    : shared_(std::make_shared<Shared>(std::move(program), level, std::move(sink), clock)) {}

Logger::Logger(std::shared_ptr<Shared> shared, std::shared_ptr<const Kept> kept)
    : shared_(std::move(shared)), kept_(std::move(kept)) {}

bool Logger::enabled(Level level) const {
  return level <= shared_->level.load(std::memory_order_relaxed);
}

Logger Logger::with(Fields fields) const {
  auto all = kept_ ? *kept_ : Kept{};
  for (const auto& field : fields) all.push_back(kept(field));
  return {shared_, std::make_shared<const Kept>(std::move(all))};
}

void Logger::set_level(Level level) const { shared_->level = level; }

void Logger::write(Level level, std::string_view sentence, Fields fields) const {
  Entry entry{level, shared_->clock.unix_now(), shared_->program, std::string(sentence), {}};
  if (kept_) entry.fields = *kept_;
  for (const auto& field : fields) entry.fields.push_back(kept(field));
  shared_->sink(entry);
}

}  // namespace muster::log
