package dev.gantry.agent;

import dev.gantry.proto.Protocol;
import dev.gantry.proto.RouteHost;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;

/** Services as a test wants them, all in the namespace shop. */
public final class Services {

    private Services() {}

    public static ServiceRoute.Builder named(String name) {
        return ServiceRoute.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName(name);
    }

    /** @param targets each an address and a port, for example {@code 10.0.0.1:80} */
    public static RoutePort.Builder port(String name, int port, String... targets) {
        RoutePort.Builder built =
                RoutePort.newBuilder().setName(name).setProtocol(Protocol.TCP).setPort(port);
        for (String target : targets) {
            String[] parts = target.split(":");
            built.addTargets(RouteTarget.newBuilder().setAddress(parts[0]).setPort(Integer.parseInt(parts[1])));
        }
        return built;
    }

    public static RouteHost host(String hostname, String address) {
        return RouteHost.newBuilder().setHostname(hostname).setAddress(address).build();
    }

    public static RouteBook book(ServiceRoute.Builder... routes) {
        Routes.Builder news = Routes.newBuilder().setFull(true);
        for (ServiceRoute.Builder route : routes) {
            news.addRoutes(route);
        }
        return RouteBook.EMPTY.after(news.build());
    }
}
