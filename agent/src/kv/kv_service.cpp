#include "kv/kv_service.hpp"

#include <algorithm>
#include <muster/core/base/files.hpp>
#include <system_error>
#include <utility>

namespace muster::agent {
namespace {

using plugins::KvAnswer;

constexpr std::size_t kMaxInstanceName = 64;

/// What a worker gives back: the answer, and the store that is to be kept.
struct Worked {
  KvAnswer answer;
  std::shared_ptr<KvStore> store;
  Status set_aside;
};

bool is_file_name(const std::string& instance) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return instance.size() <= kMaxInstanceName &&
         std::all_of(instance.begin(), instance.end(), is_good);
}

KvAnswer refusal(const plugins::Kv& ask, Error error) {
  return {ask.request, {}, false, 0, std::move(error)};
}
KvAnswer refusal(const plugins::Kv& ask, ErrorCode code, std::string why) {
  return refusal(ask, Error{code, std::move(why), {}, false, {}});
}

/// Moves the file and its log out of the way, so that nothing of them is read again.
Status set_aside(const std::filesystem::path& file) {
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const auto from = file.string() + suffix;
    if (!std::filesystem::exists(from, error)) continue;
    std::filesystem::rename(from, file.string() + ".damaged" + suffix, error);
    if (error) return fail_errno("rename " + from, error.value());
  }
  return {};
}

Worked not_opened(const std::filesystem::path& file, const plugins::Kv& ask, Error error) {
  if (error.code == ErrorCode::Corrupt)
    return {refusal(ask, std::move(error)), nullptr, set_aside(file)};
  // A folder that is in the way, a file of another user: to the plugin they are all the node's
  // disk.
  if (error.code != ErrorCode::Unsupported && error.code != ErrorCode::ResourceExhausted)
    error.code = ErrorCode::Unavailable;
  return {refusal(ask, std::move(error)), nullptr, {}};
}

Worked work(std::shared_ptr<KvStore> store, const std::filesystem::path& file,
            const plugins::Kv& ask, std::int64_t now_ms) {
  if (!store) {
    auto opened =
        make_directories(file.parent_path()).and_then([&] { return KvStore::open(file); });
    if (!opened) return not_opened(file, ask, std::move(opened.error()));
    store = std::move(*opened);
  }
  auto answer = store->answer(ask, now_ms);
  const auto code = answer.error ? answer.error->code : ErrorCode::NotFound;
  if (code == ErrorCode::Corrupt) {
    store.reset();  // closed before its file is moved
    return {std::move(answer), nullptr, set_aside(file)};
  }
  // After a failure of the disk only reading the file again tells what it holds.
  if (code == ErrorCode::Unavailable) store.reset();
  return {std::move(answer), std::move(store), {}};
}

}  // namespace

void KvService::ask(const std::string& plugin, const std::string& instance, plugins::Kv ask,
                    Done done) {
  if (!is_file_name(instance)) {
    return answer_later(std::move(done),
                        refusal(ask, ErrorCode::InvalidArgument, "no instance has such a name"));
  }
  const auto name = plugin + (instance.empty() ? "" : "@" + instance) + ".db";
  auto& store = stores_[name];
  if (store.file.empty()) store.file = directory_ / name;
  if (store.waiting.size() >= kMaxWaiting) {
    return answer_later(std::move(done), refusal(ask, ErrorCode::ResourceExhausted,
                                                 "too much waits for the plugin's values"));
  }
  store.waiting.push_back({std::move(ask), std::move(done)});
  if (store.waiting.size() == 1) work_on_first(store);
}

void KvService::work_on_first(Store& store) {
  const auto now_ms = to_unix_ms(loop_.clock().unix_now());
  auto submitted = workers_.submit([this, &loop = loop_, alive = std::weak_ptr(alive_), now_ms,
                                    slot = &store, open = std::exchange(store.open, nullptr),
                                    file = store.file, ask = store.waiting.front().ask]() mutable {
    auto worked = std::make_shared<Worked>(work(std::move(open), file, ask, now_ms));
    loop.post([this, alive = std::move(alive), slot, worked = std::move(worked)] {
      if (alive.expired()) return;
      note_trouble(*slot, worked->answer.error, worked->set_aside);
      slot->open = std::move(worked->store);
      answer_first(*slot, std::move(worked->answer));
    });
  });
  if (submitted) return;
  // The store was not touched, but went with the work.
  loop_.post([this, alive = std::weak_ptr(alive_), slot = &store, error = submitted.error()] {
    if (!alive.expired()) answer_first(*slot, refusal(slot->waiting.front().ask, error));
  });
}

void KvService::note_trouble(Store& store, const std::optional<Error>& error,
                             const Status& set_aside) {
  // What a plugin may bring about at will is its own to log.
  const bool is_trouble =
      error && error->code != ErrorCode::NotFound && error->code != ErrorCode::Conflict &&
      error->code != ErrorCode::InvalidArgument && error->code != ErrorCode::ResourceExhausted;
  const auto before = store.trouble;
  store.trouble = is_trouble ? std::optional(error->code) : std::nullopt;
  if (!is_trouble || before == store.trouble) return;
  if (error->code != ErrorCode::Corrupt) {
    return log_.error("a plugin's values cannot be used",
                      {{"file", store.file.string()}, {"why", error->message}});
  }
  log_.error("a plugin's values are damaged, set aside and begun anew",
             {{"file", store.file.string() + ".damaged"},
              {"why", error->message},
              {"not_moved", set_aside ? "" : set_aside.error().message}});
}

void KvService::answer_first(Store& store, KvAnswer answer) {
  const auto done = std::move(store.waiting.front().done);
  store.waiting.pop_front();
  if (!store.waiting.empty()) work_on_first(store);
  done(std::move(answer));
}

void KvService::answer_later(Done done, KvAnswer answer) {
  loop_.post([alive = std::weak_ptr(alive_), done = std::move(done), answer = std::move(answer)] {
    if (!alive.expired()) done(answer);
  });
}

}  // namespace muster::agent
