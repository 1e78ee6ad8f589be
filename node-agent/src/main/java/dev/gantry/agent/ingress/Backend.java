package dev.gantry.agent.ingress;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.IngressBackend;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.RoutePort;
import java.util.List;

/**
 * What requests are handed to.
 *
 * @param name      of the service's port, "cluster/namespace/service:port"
 * @param endpoints that serve; none when there is no such service, or nobody behind it
 */
record Backend(String name, List<Endpoint> endpoints) {

    /** Where somebody serves. */
    record Endpoint(String address, int port) {}

    static Backend of(RouteBook book, IngressRoute ingress, IngressBackend backend) {
        String port = backend.getPortName().isEmpty() ? Integer.toString(backend.getPort()) : backend.getPortName();
        List<Endpoint> endpoints =
                book.find(ingress.getCluster(), ingress.getNamespace(), backend.getService()).stream()
                        .flatMap(service -> service.getPortsList().stream())
                        .filter(found -> found.getProtocol() == Protocol.TCP && isMeant(found, backend))
                        .flatMap(found -> found.getTargetsList().stream())
                        .map(target -> new Endpoint(target.getAddress(), target.getPort()))
                        .toList();
        return new Backend(
                ingress.getCluster() + "/" + ingress.getNamespace() + "/" + backend.getService() + ":" + port,
                endpoints);
    }

    private static boolean isMeant(RoutePort port, IngressBackend backend) {
        return backend.getPortName().isEmpty()
                ? port.getPort() == backend.getPort()
                : port.getName().equals(backend.getPortName());
    }
}
