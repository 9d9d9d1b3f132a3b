#include "ast.h"
#include "functions.h"
#include "scope.h"

#include <cmath>

namespace atrium::jinja {

namespace {

struct Unary : Expression {
    char operation;
    ExpressionPtr operand;
    Unary(char operation, ExpressionPtr operand) : operation(operation), operand(std::move(operand)) {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var value = operand->evaluate(scope);
        if (operation == '!') return !value.truth();
        if (value.isIntegral()) return operation == '-' ? -value.integer() : value.integer();
        return operation == '-' ? -value.number() : value.number();
    }
};

Var repeated(const Var& what, std::int64_t times, Scope& scope)
{
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(times, 0));
    if (const auto* text = what.as<std::string>()) {
        if (!text->empty()) scope.checkSize(count > Scope::maxOutput ? count : count * text->size());
        std::string out;
        if (!text->empty())
            for (std::size_t i = 0; i < count; ++i) out += *text;
        return out;
    }
    Vars out;
    scope.checkSize(count > Scope::maxOutput ? count : count * what.items()->size() * 16);
    for (std::size_t i = 0; i < count; ++i) out.insert(out.end(), what.items()->begin(), what.items()->end());
    return Var::list(std::move(out));
}

Var arithmetic(const std::string& operation, const Var& left, const Var& right, Scope& scope)
{
    const auto fail = [&]() -> Var {
        throw RenderError("'" + operation + "' does not take " + left.kindName() + " and " + right.kindName());
    };
    if (operation == "~") {
        std::string text = left.text() + right.text();
        scope.checkSize(text.size());
        return text;
    }
    if (operation == "+" && left.isText() && right.isText()) {
        std::string text = left.text() + right.text();
        scope.checkSize(text.size());
        return text;
    }
    if (operation == "+" && left.items() && right.items()) {
        Vars items = *left.items();
        items.insert(items.end(), right.items()->begin(), right.items()->end());
        return left.as<Sequence>()->isTuple ? Var::tuple(std::move(items)) : Var::list(std::move(items));
    }
    if (operation == "*" && (left.isText() || left.items()) && right.isIntegral())
        return repeated(left, right.integer(), scope);
    if (operation == "*" && (right.isText() || right.items()) && left.isIntegral())
        return repeated(right, left.integer(), scope);
    if (operation == "-" && left.as<Moment>() && right.as<Moment>())
        return std::chrono::duration<double>(left.as<Moment>()->at - right.as<Moment>()->at).count();
    if (operation == "%" && left.isText()) {
        return applyFilter("format", left, {{}, right.items() ? *right.items() : Vars{right}, {}});
    }
    if (!left.isNumeric() || !right.isNumeric()) return fail();

    const bool whole = left.isIntegral() && right.isIntegral();
    const double a = left.number(), b = right.number();
    if ((operation == "/" || operation == "//" || operation == "%") && b == 0) throw RenderError("division by zero");
    if (operation == "/") return a / b;
    if (operation == "**") {
        const double power = std::pow(a, b);
        if (whole && b >= 0 && std::abs(power) < 9e15) return static_cast<std::int64_t>(power);
        return power;
    }
    if (whole) {
        const auto x = left.integer(), y = right.integer();
        std::int64_t result = 0;
        if (operation == "+" && !__builtin_add_overflow(x, y, &result)) return result;
        if (operation == "-" && !__builtin_sub_overflow(x, y, &result)) return result;
        if (operation == "*" && !__builtin_mul_overflow(x, y, &result)) return result;
        if (y != -1 && (operation == "//" || operation == "%")) {
            auto quotient = x / y, rest = x % y;
            if (rest != 0 && (rest < 0) != (y < 0)) { // Python rounds down, C++ towards zero
                --quotient;
                rest += y;
            }
            return operation == "//" ? quotient : rest;
        }
    }
    if (operation == "+") return a + b;
    if (operation == "-") return a - b;
    if (operation == "*") return a * b;
    if (operation == "//") return whole ? Var(static_cast<std::int64_t>(0 - a)) : Var(std::floor(a / b));
    if (operation == "%") {
        if (whole) return 0;
        const double rest = std::fmod(a, b);
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
    return fail();
}

struct Binary : Expression {
    std::string operation;
    ExpressionPtr left, right;
    Binary(std::string operation, ExpressionPtr left, ExpressionPtr right)
        : operation(std::move(operation)), left(std::move(left)), right(std::move(right))
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var a = left->evaluate(scope);
        return arithmetic(operation, a, right->evaluate(scope), scope);
    }
};

struct Logic : Expression {
    bool isAnd;
    ExpressionPtr left, right;
    Logic(bool isAnd, ExpressionPtr left, ExpressionPtr right)
        : isAnd(isAnd), left(std::move(left)), right(std::move(right))
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        Var first = left->evaluate(scope);
        return first.truth() == isAnd ? right->evaluate(scope) : first;
    }
};

struct Comparison : Expression {
    ExpressionPtr first;
    std::vector<std::pair<std::string, ExpressionPtr>> rest;
    Comparison(ExpressionPtr first, std::vector<std::pair<std::string, ExpressionPtr>> rest)
        : first(std::move(first)), rest(std::move(rest))
    {}
    static bool holds(const std::string& operation, const Var& a, const Var& b)
    {
        if (operation == "==") return a == b;
        if (operation == "!=") return !(a == b);
        if (operation == "in") return b.contains(a);
        if (operation == "not in") return !b.contains(a);
        if (operation == "<") return a.lessThan(b);
        if (operation == ">") return b.lessThan(a);
        const bool ordered = operation == "<=" ? a.lessThan(b) : b.lessThan(a);
        return ordered || a == b;
    }
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        Var left = first->evaluate(scope);
        for (const auto& [operation, operand] : rest) {
            Var right = operand->evaluate(scope);
            if (!holds(operation, left, right)) return false;
            left = std::move(right);
        }
        return true;
    }
};

template <class Node, class... Parts>
std::unique_ptr<const Node> make(Parts&&... parts)
{
    return std::make_unique<const Node>(std::forward<Parts>(parts)...);
}

} // namespace

ExpressionPtr makeUnary(char operation, ExpressionPtr operand) { return make<Unary>(operation, std::move(operand)); }
ExpressionPtr makeBinary(std::string operation, ExpressionPtr left, ExpressionPtr right)
{
    return make<Binary>(std::move(operation), std::move(left), std::move(right));
}
ExpressionPtr makeLogic(std::string operation, ExpressionPtr left, ExpressionPtr right)
{
    return make<Logic>(operation == "and", std::move(left), std::move(right));
}
ExpressionPtr makeComparison(ExpressionPtr first, std::vector<std::pair<std::string, ExpressionPtr>> rest)
{
    return make<Comparison>(std::move(first), std::move(rest));
}

} // namespace atrium::jinja
