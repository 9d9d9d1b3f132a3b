#pragma once

#include <string>

namespace atrium {

/// Whether an IP address, written as text, is one of the public Internet: not loopback, private (RFC 1918, RFC 4193),
/// link-local, shared (RFC 6598), multicast, documentation, reserved (RFC 6890), or an IPv6 form of one of these. False
/// for what is no address. Thread: any.
bool isPublicAddress(const std::string& address);

} // namespace atrium
