#include "plugins/host_context.h"

namespace atrium::plugins {

namespace {

/// What all facades share.
struct Link {
    std::shared_ptr<PluginGuard> guard;
    RegistrationList& registrations;

    Subscription keep(Subscription registration) const { return registrations.keep(std::move(registration)); }
    template <class... Arguments>
    std::function<void(Arguments...)> wrap(std::string what, std::function<void(Arguments...)> handler) const
    {
        return handler ? guard->wrap(std::move(what), std::move(handler)) : nullptr;
    }
};

/// What a guarded handler answers when the plugin threw or is gone.
Error brokenPlugin() { return makeError(ErrorCode::Internal, {}, "the plugin failed"); }

struct GuardedAutomation : Automation {
    Link link;
    Automation& real;
    GuardedAutomation(Link link, Automation& real) : link(link), real(real) {}

    Subscription addModule(AutomationModule module) override
    {
        for (auto& function : module.functions) {
            const auto what = "automation function " + function.name;
            if (function.call)
                function.call = [guard = link.guard, call = std::move(function.call),
                                 what](const AutomationCall& arguments) {
                    Result<Value> result = brokenPlugin();
                    guard->run(what, [&] { result = call(arguments); });
                    return result;
                };
            if (function.start)
                function.start = [guard = link.guard, start = std::move(function.start),
                                  what](const AutomationCall& arguments, const AutomationFunction::Done& done) {
                    if (!guard->run(what, [&] { start(arguments, done); })) done(brokenPlugin());
                };
        }
        return link.keep(real.addModule(std::move(module)));
    }
    void check(std::string source, std::function<void(Result<void>)> done) override
    {
        real.check(std::move(source), link.wrap("check answer", std::move(done)));
    }
    void provide(PluginAutomation automation) override { real.provide(std::move(automation)); }
    void withdraw(std::string key) override { real.withdraw(std::move(key)); }
    std::vector<UpcomingRun> upcoming(std::string_view key, UtcTime until, std::size_t limit) const override
    {
        return real.upcoming(key, until, limit);
    }
    void raiseEvent(std::string name, Object data, const Cause& cause) override
    {
        real.raiseEvent(std::move(name), std::move(data), cause);
    }
};

struct GuardedCommands : Commands {
    Link link;
    Commands& real;
    GuardedCommands(Link link, Commands& real) : link(link), real(real) {}

    void send(Command command, std::function<void(Result<CommandReceipt>)> done) override
    {
        real.send(std::move(command), link.wrap("command answer", std::move(done)));
    }
    Subscription onOutcome(std::function<void(const CommandOutcome&)> handler) override
    {
        return link.keep(real.onOutcome(link.wrap("outcome handler", std::move(handler))));
    }
    Subscription handle(std::string integration, CommandHandler handler) override
    {
        return link.keep(real.handle(std::move(integration), [guard = link.guard, handler = std::move(handler)](
                                                                 const Device& device, const Command& command) {
            Result<CommandPlan> plan = brokenPlugin();
            guard->run("command handler", [&] { plan = handler(device, command); });
            return plan;
        }));
    }
};

struct GuardedDevices : Devices {
    Link link;
    Devices& real;
    GuardedDevices(Link link, Devices& real) : link(link), real(real) {}

    DevicePtr find(DeviceId id) const override { return real.find(id); }
    DevicePtr find(std::string_view uidOrName) const override { return real.find(uidOrName); }
    std::shared_ptr<const DeviceList> list() const override { return real.list(); }
    DevicePage page(std::size_t first, std::size_t count) const override { return real.page(first, count); }
    Result<void> put(DeviceInfo info, std::vector<Attribute> attributes, SharedList<Entity> entities) override
    {
        return real.put(std::move(info), std::move(attributes), std::move(entities));
    }
    bool remove(DeviceId id) override { return real.remove(id); }
    bool report(const Report& report) override { return real.report(report); }
    bool assume(DeviceId id, std::string_view attribute, Value value, const Cause& cause) override
    {
        return real.assume(id, attribute, std::move(value), cause);
    }
    void refuse(DeviceId id, RefusedReport report) override { real.refuse(id, std::move(report)); }
    std::optional<RefusedReport> refused(DeviceId id) const override { return real.refused(id); }
    bool giveUp(DeviceId id, std::string_view attribute, const Cause& cause) override
    {
        return real.giveUp(id, attribute, cause);
    }
    void setOnline(DeviceId id, bool online) override { real.setOnline(id, online); }
    void setAvailability(DeviceId id, int entity, Availability availability) override
    {
        real.setAvailability(id, entity, availability);
    }
    void raise(const DeviceEvent& event) override { real.raise(event); }
    Subscription onEvent(std::function<void(const DeviceEvent&)> handler) override
    {
        return link.keep(real.onEvent(link.wrap("event handler", std::move(handler))));
    }
    Subscription onAttributeChanged(std::function<void(const AttributeChanged&)> handler) override
    {
        return link.keep(real.onAttributeChanged(link.wrap("attribute handler", std::move(handler))));
    }
    Subscription onConfirmed(std::function<void(const AttributeChanged&)> handler) override
    {
        return link.keep(real.onConfirmed(link.wrap("confirmation handler", std::move(handler))));
    }
    Subscription onDeviceChanged(std::function<void(const DeviceChanged&)> handler) override
    {
        return link.keep(real.onDeviceChanged(link.wrap("device handler", std::move(handler))));
    }
    Subscription onPublished(std::function<void(const std::vector<DevicePtr>&)> handler) override
    {
        return link.keep(real.onPublished(link.wrap("snapshot handler", std::move(handler))));
    }
};

struct ReportedHealth : Health {
    std::function<void(HealthState, std::string)> onHealth;
    explicit ReportedHealth(std::function<void(HealthState, std::string)> onHealth) : onHealth(std::move(onHealth)) {}
    void report(HealthState state, std::string reason) override { onHealth(state, std::move(reason)); }
};

struct GuardedHttp : Http {
    Link link;
    Http& real;
    GuardedHttp(Link link, Http& real) : link(link), real(real) {}

    Subscription route(Route route, HttpHandler handler) override
    {
        const std::string what = "route " + route.operationId;
        return link.keep(real.route(
            std::move(route), [guard = link.guard, what, handler = std::move(handler)](const HttpRequest& request) {
                Result<HttpResponse> response = brokenPlugin();
                guard->run(what, [&] { response = handler(request); });
                return response;
            }));
    }
    Subscription asyncRoute(Route route, AsyncHttpHandler handler) override
    {
        const std::string what = "route " + route.operationId;
        return link.keep(real.asyncRoute(std::move(route), [guard = link.guard, what, handler = std::move(handler)](
                                                               const HttpRequest& request, HttpAnswer answer) {
            if (!guard->run(what, [&] { handler(request, answer); })) answer(brokenPlugin());
        }));
    }
};

struct GuardedMqtt : Mqtt {
    Link link;
    Mqtt& real;
    GuardedMqtt(Link link, Mqtt& real) : link(link), real(real) {}

    Subscription subscribe(std::string filter, std::function<void(const MqttMessage&)> handler) override
    {
        std::string what = "MQTT handler of " + filter;
        return link.keep(real.subscribe(std::move(filter), link.wrap(std::move(what), std::move(handler))));
    }
    Result<void> publish(MqttPublication publication, std::function<void()> sent) override
    {
        return real.publish(std::move(publication), link.wrap("MQTT sent handler", std::move(sent)));
    }
    bool connected() const override { return real.connected(); }
};

struct GuardedRealtime : Realtime {
    Link link;
    Realtime& real;
    GuardedRealtime(Link link, Realtime& real) : link(link), real(real) {}

    void publish(RealtimeMessage message) override { real.publish(std::move(message)); }
    Subscription onInitial(std::function<Object(const Principal&)> contribute) override
    {
        return link.keep(
            real.onInitial([guard = link.guard, contribute = std::move(contribute)](const Principal& principal) {
                Object members;
                guard->run("initial message", [&] { members = contribute(principal); });
                return members;
            }));
    }
    Subscription onClientMessage(std::string type,
                                 std::function<void(const Principal&, const Object&)> handler) override
    {
        std::string what = "client message " + type;
        return link.keep(real.onClientMessage(std::move(type), link.wrap(std::move(what), std::move(handler))));
    }
};

struct GuardedScheduler : Scheduler {
    Link link;
    Scheduler& real;
    GuardedScheduler(Link link, Scheduler& real) : link(link), real(real) {}

    Subscription after(std::chrono::microseconds delay, std::function<void()> handler) override
    {
        return link.keep(real.after(delay, link.wrap("timer", std::move(handler))));
    }
    Subscription every(std::chrono::microseconds period, std::function<void()> handler) override
    {
        return link.keep(real.every(period, link.wrap("timer", std::move(handler))));
    }
    Subscription at(UtcTime time, std::function<void()> handler) override
    {
        return link.keep(real.at(time, link.wrap("timer", std::move(handler))));
    }
};

struct RecordedServices : Services {
    Link link;
    ServiceRegistry& real;
    RecordedServices(Link link, ServiceRegistry& real) : link(link), real(real) {}

    Subscription provideRaw(const std::string& name, std::shared_ptr<void> service) override
    {
        return link.keep(real.provideRaw(name, std::move(service)));
    }
    std::shared_ptr<void> findRaw(const std::string& name) const override { return real.findRaw(name); }
};

struct GuardedExecutor : Executor {
    Link link;
    Executor& real;
    const char* what;
    GuardedExecutor(Link link, Executor& real, const char* what) : link(link), real(real), what(what) {}

    bool post(std::function<void()> task) override { return real.post(link.wrap(what, std::move(task))); }
    bool isCurrent() const override { return real.isCurrent(); }
};

} // namespace

struct HostContext::Facades {
    GuardedAutomation automation;
    GuardedCommands commands;
    GuardedDevices devices;
    ReportedHealth health;
    GuardedHttp http;
    GuardedMqtt mqtt;
    GuardedRealtime realtime;
    GuardedScheduler scheduler;
    RecordedServices services;
    GuardedExecutor core;
    GuardedExecutor workers;

    Facades(const Link& link, const ServerServices& server, ServiceRegistry& registry,
            std::function<void(HealthState, std::string)> onHealth)
        : automation(link, server.automation), commands(link, server.commands), devices(link, server.devices),
          health(std::move(onHealth)), http(link, server.http), mqtt(link, server.mqtt),
          realtime(link, server.realtime), scheduler(link, server.scheduler), services(link, registry),
          core(link, server.core, "core task"), workers(link, server.workers, "worker task")
    {}
};

HostContext::HostContext(std::string pluginId, PluginSettings settings, const ServerServices& server,
                         ServiceRegistry& services, std::shared_ptr<PluginGuard> guard,
                         std::function<void(HealthState, std::string)> onHealth)
    : pluginId_(std::move(pluginId)), settings_(std::move(settings)), server_(server),
      log_(server.log("plugin." + pluginId_)),
      facades_(std::make_unique<Facades>(Link{std::move(guard), registrations_}, server, services, std::move(onHealth)))
{}

HostContext::~HostContext() = default;

Automation& HostContext::automation() { return facades_->automation; }
Commands& HostContext::commands() { return facades_->commands; }
Devices& HostContext::devices() { return facades_->devices; }
Health& HostContext::health() { return facades_->health; }
Http& HostContext::http() { return facades_->http; }
Mqtt& HostContext::mqtt() { return facades_->mqtt; }
Realtime& HostContext::realtime() { return facades_->realtime; }
Scheduler& HostContext::scheduler() { return facades_->scheduler; }
Services& HostContext::services() { return facades_->services; }
Executor& HostContext::core() { return facades_->core; }
Executor& HostContext::workers() { return facades_->workers; }

std::string HostContext::dataFolder()
{
    const auto folder = server_.dataFolder / "plugins" / pluginId_;
    std::filesystem::create_directories(folder);
    return folder.string();
}

} // namespace atrium::plugins
