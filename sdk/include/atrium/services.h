#pragma once

#include "atrium/subscription.h"

#include <memory>
#include <stdexcept>
#include <string>

namespace atrium {

/// Contracts that plugins offer to each other and to the server (atrium/services/*.h). An interface names itself with
/// `static constexpr const char* serviceName = "accounts/1";` where the number is its major version. Thread: any.
class Services {
public:
    virtual ~Services() = default;

    /// Offers an implementation until the subscription ends. Throws std::invalid_argument when the name is taken.
    template <class Service>
    Subscription provide(std::shared_ptr<Service> service)
    {
        return provideRaw(Service::serviceName, std::static_pointer_cast<void>(std::move(service)));
    }
    /// The implementation, or null while nobody offers one.
    template <class Service>
    std::shared_ptr<Service> find() const
    {
        return std::static_pointer_cast<Service>(findRaw(Service::serviceName));
    }
    /// The implementation of a service that the manifest requires. Throws std::runtime_error when it is absent.
    template <class Service>
    std::shared_ptr<Service> require() const
    {
        auto service = find<Service>();
        if (!service) throw std::runtime_error(std::string("service is not available: ") + Service::serviceName);
        return service;
    }

protected:
    virtual Subscription provideRaw(const std::string& name, std::shared_ptr<void> service) = 0;
    virtual std::shared_ptr<void> findRaw(const std::string& name) const = 0;
};

} // namespace atrium
