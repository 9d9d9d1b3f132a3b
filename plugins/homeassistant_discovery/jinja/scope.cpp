#include "scope.h"

#include "functions.h"

namespace atrium::jinja {

Var Scope::find(std::string_view name) const
{
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
        for (const auto& [known, value] : *frame)
            if (known == name) return value;
    for (const auto& [known, value] : context_.variables)
        if (known == name) return value;
    return findFunction(name);
}

void Scope::set(const std::string& name, Var value)
{
    for (auto& [known, old] : frames_.back())
        if (known == name) {
            old = std::move(value);
            return;
        }
    frames_.back().emplace_back(name, std::move(value));
}

} // namespace atrium::jinja
