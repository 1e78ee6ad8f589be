package dev.gantry.agent.ingress;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.IngressBackend;
import dev.gantry.proto.IngressPath;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.IngressRule;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.List;

/** Ingresses as a test wants them, all in the namespace shop. */
final class Ingresses {

    private Ingresses() {}

    static IngressRoute.Builder named(String name, long createdAtMs) {
        return IngressRoute.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName(name)
                .setCreatedAtMs(createdAtMs);
    }

    static IngressBackend.Builder backend(String service) {
        return IngressBackend.newBuilder().setService(service).setPort(80);
    }

    static IngressRule.Builder rule(String host, String prefix, String service) {
        return rule(host, prefix, backend(service));
    }

    static IngressRule.Builder rule(String host, String prefix, IngressBackend.Builder backend) {
        return IngressRule.newBuilder()
                .setHost(host)
                .addPaths(IngressPath.newBuilder().setPath(prefix).setBackend(backend));
    }

    static IngressRule.Builder exact(String host, String path, String service) {
        IngressRule.Builder rule = rule(host, path, service);
        rule.getPathsBuilder(0).setExact(true);
        return rule;
    }

    static RouteBook book(List<ServiceRoute.Builder> services, IngressRoute.Builder... ingresses) {
        Routes.Builder news = Routes.newBuilder().setFull(true);
        services.forEach(news::addRoutes);
        for (IngressRoute.Builder ingress : ingresses) {
            news.addIngresses(ingress);
        }
        return RouteBook.EMPTY.after(news.build());
    }
}
