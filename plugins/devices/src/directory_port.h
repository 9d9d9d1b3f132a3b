#pragma once

#include "device_directory.h"

namespace atrium::devices {

/// How one integration speaks to the directory. Thread: core, but for construction and destruction.
class DirectoryPort : public IntegrationPort {
public:
    DirectoryPort(std::shared_ptr<DeviceDirectory> directory, std::string name);
    ~DirectoryPort() override;

    void announce(DeviceAnnouncement announcement) override;
    void withdraw(std::string_view key) override;
    void report(std::string_view key, std::string_view entity, std::vector<std::pair<std::string, Value>> values,
                UtcTime at) override;
    void setAvailability(std::string_view key, std::string_view entity, Availability availability) override;
    void raise(std::string_view key, std::string_view entity, std::string type, Object data, UtcTime at) override;
    void show(std::string_view key, std::string_view entity, StillPicture picture) override;
    void refuse(std::string_view topic, std::string_view reason) override;
    bool knows(std::string_view identifier) const override;

private:
    DeviceDirectory::Record* find(std::string_view key, DeviceId& id) const;

    const std::shared_ptr<DeviceDirectory> directory_;
    const std::string name_;
    Counter& refused_;
    SteadyTime nextLog_{};
};

} // namespace atrium::devices
