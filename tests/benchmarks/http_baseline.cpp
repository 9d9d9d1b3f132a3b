// The ratio's lower half: bare Pistache with a constant JSON answer. `http_baseline PORT BYTES`
// Pistache keeps a connection only for clients that ask: run wrk with -H "Connection: keep-alive", else it measures
// accept().
#include <pistache/endpoint.h>

#include <cstdlib>
#include <string>

namespace {

class ConstantAnswer : public Pistache::Http::Handler {
public:
    HTTP_PROTOTYPE(ConstantAnswer)
    explicit ConstantAnswer(std::string body) : body_(std::move(body)) {}

    void onRequest(const Pistache::Http::Request&, Pistache::Http::ResponseWriter writer) override
    {
        writer.send(Pistache::Http::Code::Ok, body_, MIME(Application, Json));
    }

private:
    std::string body_;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) return 2;
    namespace http = Pistache::Http;
    const auto bytes = static_cast<std::size_t>(std::atoi(argv[2]));
    const std::string body = "{\"a\":\"" + std::string(bytes > 8 ? bytes - 8 : 0, 'x') + "\"}";
    http::Endpoint endpoint(Pistache::Address(Pistache::Ipv4::loopback(), std::atoi(argv[1])));
    endpoint.init(http::Endpoint::options().threads(2).flags(Pistache::Tcp::Options::ReuseAddr));
    endpoint.setHandler(std::make_shared<ConstantAnswer>(body));
    endpoint.serve();
}
