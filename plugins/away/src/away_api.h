#pragma once

#include "away_mode.h"

#include "atrium/http.h"

namespace atrium::away {

/// Routes of the contract (`/api/devices/away-mode`).
class AwayApi {
public:
    struct Surroundings {
        const Clock& clock;
        Devices& devices;
        Executor& core;
        Executor& workers;
    };
    AwayApi(std::shared_ptr<AwayMode> mode, AwayRepository& repository, Surroundings surroundings)
        : mode_(std::move(mode)), repository_(repository), in_(surroundings)
    {}
    void registerRoutes(Http& http, Subscriptions& routes);

private:
    void change(const HttpRequest& request, HttpAnswer answer);
    Object view(const Principal& who) const;
    /// Whether the person may do this with one device that takes part, at least, or with all that will ever come.
    bool mayTakePart(const Principal& who, std::string_view permission) const;

    std::shared_ptr<AwayMode> mode_;
    AwayRepository& repository_;
    Surroundings in_;
};

} // namespace atrium::away
