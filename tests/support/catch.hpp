/// The one door to the test framework (Catch2 v2 in Debian 12).
#pragma once

#include <catch2/catch.hpp>
