/// What the client makes of jobs of which a test says only what it is about.
#pragma once

#include <client/job_place.hpp>

#include "whole_job.hpp"

namespace muster::cli {

using test::whole_job;
using test::whole_output;
using test::whole_task;

template <class T>
T told(const nlohmann::json& whole) {
  return client::read_text<T>(whole.dump()).value();
}

inline client::Job told_job(const nlohmann::json& members) {
  return told<client::Job>(whole_job(members));
}

}  // namespace muster::cli
