// atriumd: the only file that tests do not link.

#include "app/application.h"

int main(int argc, char** argv)
{
    atrium::app::Application application;
    return application.run(argc, argv);
}
