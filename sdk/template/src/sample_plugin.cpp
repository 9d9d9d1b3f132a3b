#include "sample_plugin.h"

#include "atrium/automation.h"
#include "atrium/executor.h"
#include "atrium/http.h"
#include "atrium/log.h"
#include "atrium/mqtt.h"
#include "atrium/settings.h"

namespace atrium::sample {

void SamplePlugin::configure(PluginContext& context)
{
    book_ = std::make_unique<GreetingBook>(context.database(), context.settings().text("greeting"));

    auto route = makeRoute(HttpMethod::Get, "/api/sample/greeting", "getSampleGreeting", "sample",
                           {"Salue quelqu'un", "Greet somebody"}, RouteAccess::permitted("sample.read"));
    route.execution = RouteExecution::Blocking; // it uses the database
    route.query = {{"name", Value::Kind::Text, "Who is greeted", "world", 100}};
    route.responseSchema = R"({"type":"object","properties":{"text":{"type":"string"},"count":{"type":"integer"}}})";
    subscriptions_ += context.http().route(route, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto greeting = book_->greet(Value(request.query).textOr("name", ""));
        if (!greeting) return greeting.error();
        return HttpResponse::json(Object{{"text", greeting->text}, {"count", greeting->count}});
    });

    // Handlers of messages run on core, which must not block: the database is used on a worker.
    subscriptions_ += context.mqtt().subscribe("sample/+/hello", [this, &context](const MqttMessage& message) {
        const auto start = message.topic.find('/') + 1;
        const std::string name(message.topic.substr(start, message.topic.find('/', start) - start));
        context.workers().post([this, &context, name] {
            const auto greeting = book_->greet(name);
            if (!greeting) return;
            context.core().post([&context, name, text = greeting->text] {
                if (!context.mqtt().publish({"sample/" + name + "/greeting", text}))
                    context.log().warning("a greeting could not be sent", {{"name", name}});
            });
        });
    });

    AutomationModule module;
    module.name = "sample";
    module.functions.push_back(
        {"greet", "sample.greet(name): the greeting of somebody", [this](const AutomationCall& call) -> Result<Value> {
             if (call.arguments.size() != 1 || !call.arguments[0].isText())
                 return makeError(ErrorCode::InvalidArgument, {"Un nom est attendu", "A name is expected"});
             return Value(book_->sentence(call.arguments[0].text()));
         }});
    subscriptions_ += context.automation().addModule(std::move(module));
}

} // namespace atrium::sample

ATRIUM_PLUGIN(atrium::sample::SamplePlugin, "sample", "0.1.0")
