#include "template.h"

#include "parser.h"
#include "scope.h"

namespace atrium::jinja {

Result<std::shared_ptr<const Template>> Template::parse(std::string_view source)
{
    try {
        return std::shared_ptr<const Template>(new Template(jinja::parse(source)));
    }
    catch (const SyntaxError& error) {
        return makeError(ErrorCode::InvalidArgument, {std::string("Modèle invalide : ") + error.what(),
                                                      std::string("Invalid template: ") + error.what()});
    }
}

Result<std::string> Template::render(const Context& context, Edges edges) const
{
    std::string out;
    try {
        Scope scope(context);
        runBlock(block_, scope, out);
    }
    catch (const RenderError& error) {
        return makeError(ErrorCode::InvalidArgument, {std::string("Le modèle ne convient pas : ") + error.what(),
                                                      std::string("The template does not fit: ") + error.what()});
    }
    if (edges == Edges::Kept) return out;
    const auto isSpace = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!out.empty() && isSpace(out.back())) out.pop_back();
    std::size_t start = 0;
    while (start < out.size() && isSpace(out[start])) ++start;
    if (start > 0) out.erase(0, start);
    return out;
}

} // namespace atrium::jinja
