#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/http.h"
#include "storage/history_reader.h"

namespace atrium::storage {

/// `GET /api/devices/{id}/history`.
class HistoryApi {
public:
    HistoryApi(const HistoryReader& reader, const Devices& devices, const Clock& clock, Http& http);

    Result<HttpResponse> history(const HttpRequest& request) const;

private:
    const HistoryReader& reader_;
    const Devices& devices_;
    const Clock& clock_;
    Subscription route_;
};

} // namespace atrium::storage
