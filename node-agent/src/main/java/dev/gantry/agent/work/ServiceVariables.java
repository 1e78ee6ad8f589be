package dev.gantry.agent.work;

import dev.gantry.proto.Protocol;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.ServiceRoute;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The variables by which the containers of a pod find services, in the forms of Kubernetes and of Docker's links. Pure. */
final class ServiceVariables {

    private final Map<String, String> variables = new LinkedHashMap<>();

    private ServiceVariables() {}

    /** By name; none of a service without an address of its own. */
    static Map<String, String> of(List<ServiceRoute> services) {
        ServiceVariables all = new ServiceVariables();
        services.stream()
                .filter(service -> !service.getAddress().isEmpty() && service.getPortsCount() > 0)
                .forEach(all::add);
        return all.variables;
    }

    private void add(ServiceRoute service) {
        String name = word(service.getName());
        variables.put(name + "_SERVICE_HOST", service.getAddress());
        variables.put(name + "_SERVICE_PORT", number(service.getPorts(0)));
        for (RoutePort port : service.getPortsList()) {
            if (!port.getName().isEmpty()) {
                variables.put(name + "_SERVICE_PORT_" + word(port.getName()), number(port));
            }
        }
        variables.put(name + "_PORT", url(service, service.getPorts(0)));
        for (RoutePort port : service.getPortsList()) {
            String link =
                    name + "_PORT_" + port.getPort() + "_" + protocol(port).toUpperCase(Locale.ROOT);
            variables.put(link, url(service, port));
            variables.put(link + "_PROTO", protocol(port));
            variables.put(link + "_PORT", number(port));
            variables.put(link + "_ADDR", service.getAddress());
        }
    }

    private static String word(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String number(RoutePort port) {
        return Integer.toString(port.getPort());
    }

    private static String protocol(RoutePort port) {
        return port.getProtocol() == Protocol.UDP ? "udp" : "tcp";
    }

    private static String url(ServiceRoute service, RoutePort port) {
        return protocol(port) + "://" + service.getAddress() + ":" + port.getPort();
    }
}
