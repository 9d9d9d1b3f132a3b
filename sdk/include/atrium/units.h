#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace atrium {

/// An amount in the minor unit of a currency (ISO 4217), e.g. 1250 EUR = 12.50 EUR. Never a floating number.
struct Money {
    std::int64_t minorUnits = 0;
    std::string currency = "EUR";

    bool operator==(const Money&) const = default;
};

/// Electrical power in milliwatts.
struct Power {
    std::int64_t milliwatts = 0;
    auto operator<=>(const Power&) const = default;
};

/// Electrical energy in milliwatt-hours.
struct Energy {
    std::int64_t milliwattHours = 0;
    auto operator<=>(const Energy&) const = default;
};

} // namespace atrium
