#pragma once

#include "atrium/settings.h"
#include "atrium/value.h"

#include <stdexcept>

namespace atrium::testing {

/// Settings that the test gives; a key that was not set is one that the schema does not have. Set before configure().
class FakeSettings : public Settings {
public:
    FakeSettings& set(std::string_view key, Value value)
    {
        values_.set(key, std::move(value));
        return *this;
    }

    std::string text(std::string_view key) const override { return at(key).text(); }
    std::int64_t integer(std::string_view key) const override { return at(key).integer(); }
    double number(std::string_view key) const override { return at(key).number(); }
    bool boolean(std::string_view key) const override { return at(key).boolean(); }

private:
    const Value& at(std::string_view key) const
    {
        const auto* value = values_.find(key);
        if (!value) throw std::out_of_range("no such setting: " + std::string(key));
        return *value;
    }
    Object values_;
};

} // namespace atrium::testing
