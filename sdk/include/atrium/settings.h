#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium {

/// The settings of one plugin: key `plugins.<id>.<key>` of the configuration, checked against its settings schema
/// before configure(). A key that is in the schema always has a value (its `default`). Thread: any.
class Settings {
public:
    virtual ~Settings() = default;
    /// Each throws std::out_of_range for a key that the schema does not have.
    virtual std::string text(std::string_view key) const = 0;
    virtual std::int64_t integer(std::string_view key) const = 0;
    virtual double number(std::string_view key) const = 0;
    virtual bool boolean(std::string_view key) const = 0;
};

} // namespace atrium
