/// What the API is built from: the parts of a running controller, by reference.
///
/// Everything in it belongs to the loop, so a handler (which runs on the HTTP server's thread)
/// posts to `loop` before it touches anything but the constants. The struct itself lives as long as
/// the HTTP server.
#pragma once

#include <filesystem>
#include <memory>
#include <muster/core/base/clock.hpp>
#include <muster/core/run/event_loop.hpp>
#include <string>

#include "access/access.hpp"
#include "access/enrollment.hpp"
#include "events/event_log.hpp"
#include "events/webhooks.hpp"
#include "fleet/fleet.hpp"
#include "fleet/groups.hpp"
#include "jobs/job_service.hpp"
#include "jobs/retention.hpp"
#include "store/store.hpp"

namespace muster::controller {

namespace api {
class AnswerCheck;
class Document;
class JobFeeds;
class RequestLimit;
}  // namespace api

struct Services {
  run::EventLoop& loop;
  log::Logger& log;
  Store& store;
  EventLog& events;
  Groups& groups;
  Fleet& fleet;
  JobService& jobs;
  Retention& retention;
  Webhooks& webhooks;
  Access& access;
  Enrollment& enrollment;
  // constants, [any]
  std::string authority_pem;  ///< the fleet CA's certificate
  UnixMs started = 0;
  std::shared_ptr<const api::Document> document;
  std::shared_ptr<api::AnswerCheck> answers = nullptr;         ///< null: they are not checked
  std::shared_ptr<api::RequestLimit> request_limit = nullptr;  ///< [loop]; null: there is none
  std::shared_ptr<api::JobFeeds> job_feeds = nullptr;          ///< [loop]
  std::filesystem::path state = {};  ///< the directory of all that this controller keeps
  UnixTime certificate_expires = {};
  UnixTime authority_expires = {};
};

}  // namespace muster::controller
