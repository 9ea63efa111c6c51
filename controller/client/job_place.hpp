/// Reads jobs and what is in them. For the sources of this folder, and tests, alone.
#pragma once

#include "client/answer_place.hpp"
#include "client/jobs.hpp"

namespace muster::client {

void read(const Place& place, TaskError& error);
void read(const Place& place, TaskOutput& output);
void read(const Place& place, Task& task);
void read(const Place& place, Counts& counts);
/// Without its tasks and arguments, as in lists, too.
void read(const Place& place, Job& job);

}  // namespace muster::client
