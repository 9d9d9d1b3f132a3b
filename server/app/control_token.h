#pragma once

#include "atrium/auth.h"

#include <filesystem>
#include <string>

namespace atrium::app {

/// The key of whoever may read the data folder: 256 random bits in `control.token` (0600), new at each start. atriumctl
/// sends it as bearer token; it is believed from loopback only and stands for the administrator of this machine.
class ControlToken {
public:
    explicit ControlToken(const std::filesystem::path& dataFolder);

    /// In constant time.
    bool matches(std::string_view token) const;

    static constexpr const char* fileName = "control.token";

private:
    std::string token_;
};

} // namespace atrium::app
