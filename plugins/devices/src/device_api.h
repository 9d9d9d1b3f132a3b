#pragma once

#include "device_book.h"
#include "event_log.h"

#include "atrium/commands.h"
#include "atrium/http.h"

#include <mutex>

namespace atrium::devices {

/// The routes under `/api/devices` (contracts.md §3).
class DeviceApi {
public:
    DeviceApi(DeviceBook& book, const EventLog& events, const Devices& devices, Commands& commands);

    void registerRoutes(Http& http, Subscriptions& routes);

    Result<HttpResponse> list(const HttpRequest& request);
    Result<HttpResponse> rooms(const HttpRequest& request);
    Result<HttpResponse> get(const HttpRequest& request);
    Result<HttpResponse> events(const HttpRequest& request);
    Result<HttpResponse> create(const HttpRequest& request);
    Result<HttpResponse> update(const HttpRequest& request);
    Result<HttpResponse> remove(const HttpRequest& request);
    void toggle(const HttpRequest& request, HttpAnswer answer);
    void command(const HttpRequest& request, HttpAnswer answer);

private:
    /// The device of the path, when the caller may do `permission` with it; else NotFound or Forbidden.
    Result<DevicePtr> accessible(const HttpRequest& request, std::string_view permission) const;
    std::shared_ptr<const DeviceList> visibleTo(const Principal& principal) const;
    /// Costs what it shows, for those who may see all.
    DevicePage pageOf(const HttpRequest& request, std::size_t first, std::size_t count) const;
    void send(const HttpRequest& request, std::string name, Value arguments, HttpAnswer answer);

    DeviceBook& book_;
    const EventLog& events_;
    const Devices& devices_;
    Commands& commands_;

    /// The list is asked for far more often than it changes: its text is kept for the version that it shows.
    struct ListText {
        std::uint64_t version = 0;
        std::string json;
    };
    std::mutex mutex_;
    std::shared_ptr<const ListText> listText_;
};

} // namespace atrium::devices
