#pragma once

#include "atrium/time.h"
#include "atrium/value.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace atrium::jinja {

/// Ends the rendering of a template: the message is dropped, the state before it stays.
struct RenderError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Var;
using Vars = std::vector<Var>;
using Pairs = std::vector<std::pair<Var, Var>>;

struct Undefined {};
struct None {};
/// A list and a tuple differ only in how they print.
struct Sequence {
    std::shared_ptr<Vars> items;
    bool isTuple = false;
};
/// Keys and values in their order; keys may be anything, as in Python. A namespace() can be changed by `set`.
struct Mapping {
    std::shared_ptr<Pairs> items;
    bool isNamespace = false;
};
struct Moment {
    UtcTime at;
    bool isLocal = false; ///< prints in the zone of the site
};
struct Call;
using Callable = std::function<Var(const Call&)>;

/// A value of a template: what Python has of it. Copies share lists and mappings.
class Var {
public:
    using Content = std::variant<Undefined, None, bool, std::int64_t, double, std::string, Sequence, Mapping, Moment,
                                 std::shared_ptr<Callable>>;

    Var() = default;
    Var(Undefined) {}
    Var(None) : content_(None{}) {}
    Var(bool value) : content_(value) {}
    Var(int value) : content_(static_cast<std::int64_t>(value)) {}
    Var(std::int64_t value) : content_(value) {}
    Var(double value) : content_(value) {}
    Var(const char* text) : content_(std::string(text)) {}
    Var(std::string text) : content_(std::move(text)) {}
    Var(Moment moment) : content_(moment) {}
    Var(Sequence sequence) : content_(std::move(sequence)) {}
    Var(Mapping mapping) : content_(std::move(mapping)) {}
    Var(Callable callable) : content_(std::make_shared<Callable>(std::move(callable))) {}
    static Var list(Vars items) { return Sequence{std::make_shared<Vars>(std::move(items)), false}; }
    static Var tuple(Vars items) { return Sequence{std::make_shared<Vars>(std::move(items)), true}; }
    static Var dict(Pairs items) { return Mapping{std::make_shared<Pairs>(std::move(items)), false}; }
    static Var from(const Value& json);

    template <class T>
    const T* as() const
    {
        return std::get_if<T>(&content_);
    }
    bool isUndefined() const { return as<Undefined>(); }
    bool isNone() const { return as<None>(); }
    bool isText() const { return as<std::string>(); }
    /// Whole numbers and booleans, as in Python.
    bool isIntegral() const { return as<bool>() || as<std::int64_t>(); }
    bool isNumeric() const { return isIntegral() || as<double>(); }
    std::int64_t integer() const;
    double number() const;
    const Vars* items() const;
    const Pairs* pairs() const;

    /// Python's truth.
    bool truth() const;
    /// Python's ==; True equals 1, other kinds never equal each other.
    bool operator==(const Var& other) const;
    /// Python's <; throws RenderError for kinds without an order.
    bool lessThan(const Var& other) const;
    /// str(): `True`, `None`, `21.0`, `['a', 1]`; nothing for undefined.
    std::string text() const;
    /// repr(): text is quoted.
    std::string repr() const;
    /// JSON; compact.
    Value json() const;
    /// The elements for `for`, `in` and filters: of a list, the keys of a mapping, the letters of a text; nothing of an
    /// undefined value. Throws RenderError.
    Vars elements() const;
    /// Python's len().
    std::size_t length() const;
    /// `container[key]`; undefined when it is not there. Throws RenderError for an undefined container.
    Var at(const Var& key) const;
    bool contains(const Var& element) const;
    const char* kindName() const;

private:
    Content content_;
};

/// The arguments of a filter, a test, a function or a method, evaluated.
struct Call {
    UtcTime now{};
    Vars positional;
    std::vector<std::pair<std::string, Var>> named;

    /// By place or by name; null when it was not given.
    const Var* find(std::size_t place, std::string_view name) const;
    /// Throws RenderError when it was not given.
    const Var& need(std::size_t place, std::string_view name) const;
};

/// Python's repr of a float: `21.0`, `1e-05`.
std::string floatText(double number);
/// As ISO 8601 writes it, with `separator` between day and time.
std::string momentText(const Moment& moment, char separator);
/// Splits UTF-8 into letters.
std::vector<std::string> letters(std::string_view text);
/// float() of a text as Python reads it; empty when it is none.
std::optional<double> parseFloat(std::string_view text);

} // namespace atrium::jinja
