#pragma once

#include "support/server/server_process.h"

#include <gtest/gtest.h>

namespace atrium::contract {

/// Fails the test unless `answer` is a complete error of this status (contracts.md §1 and RFC 9457).
void expectProblem(const testing::HttpAnswer& answer, int status);

/// Sends a request that is refused, in French and in English: the same complete error twice, with two messages.
testing::HttpAnswer expectRefusal(testing::ServerProcess& server, int status, const std::string& method,
                                  const std::string& path, const std::string& body = {},
                                  const testing::Headers& headers = {});

} // namespace atrium::contract
