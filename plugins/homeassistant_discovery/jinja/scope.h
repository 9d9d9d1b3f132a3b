#pragma once

#include "template.h"
#include "var.h"

#include <string>
#include <string_view>
#include <vector>

namespace atrium::jinja {

/// The variables of one rendering and what it may still cost.
class Scope {
public:
    static constexpr int maxSteps = 10'000;
    static constexpr std::size_t maxOutput = 256 * 1024;

    explicit Scope(const Context& context) : context_(context), frames_(1) {}

    /// Counts one evaluation. Throws RenderError when there were too many.
    void step()
    {
        if (++steps_ > maxSteps) throw RenderError("the template takes too long");
    }
    void checkSize(std::size_t bytes) const
    {
        if (bytes > maxOutput) throw RenderError("the text becomes too long");
    }

    /// A variable, else a global function, else undefined.
    Var find(std::string_view name) const;
    void set(const std::string& name, Var value);
    const Context& context() const { return context_; }

    /// Variables of a loop end with it.
    struct Frame {
        explicit Frame(Scope& scope) : scope(scope) { scope.frames_.emplace_back(); }
        ~Frame() { scope.frames_.pop_back(); }
        Scope& scope;
    };

private:
    const Context& context_;
    std::vector<std::vector<std::pair<std::string, Var>>> frames_;
    int steps_ = 0;
};

} // namespace atrium::jinja
