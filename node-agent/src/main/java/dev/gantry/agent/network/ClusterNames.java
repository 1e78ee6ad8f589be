package dev.gantry.agent.network;

import dev.gantry.agent.RouteBook;
import dev.gantry.agent.network.DnsAnswer.Code;
import dev.gantry.proto.RouteHost;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Answers to the names of a cluster's services and pods, as upstream's specification of its DNS says (kubernetes/dns, docs/specification.md).
 * Pure.
 *
 * @param cluster whose names these are
 */
record ClusterNames(String cluster, RouteBook book) {

    private static final List<String> ZONE = List.of("cluster", "local");
    private static final List<String> REVERSE = List.of("in-addr", "arpa");
    private static final Pattern DASHED = Pattern.compile("(\\d{1,3})-(\\d{1,3})-(\\d{1,3})-(\\d{1,3})");

    /** What is to be done about a question. */
    sealed interface Ruling {
        record Answer(DnsAnswer answer) implements Ruling {}

        /**
         * Another name for one outside; who knows that one says the rest.
         *
         * @param answer what can be said at once
         */
        record Alias(DnsAnswer answer, List<String> canonical) implements Ruling {}

        /** Nothing that is known here. */
        record Elsewhere() implements Ruling {}
    }

    Ruling rule(DnsQuery query) {
        List<String> labels = query.labels();
        if (endsWith(labels, REVERSE)) {
            return pointer(query);
        }
        if (!endsWith(labels, ZONE)) {
            return new Ruling.Elsewhere();
        }
        List<String> rest = labels.subList(0, labels.size() - ZONE.size());
        if (rest.isEmpty()) {
            return empty();
        }
        return switch (rest.getLast()) {
            case "svc" -> services(query, rest.subList(0, rest.size() - 1));
            case "pod" -> pods(query, rest.subList(0, rest.size() - 1));
            default -> none();
        };
    }

    /** @param path what stands before "svc.cluster.local" */
    private Ruling services(DnsQuery query, List<String> path) {
        if (path.size() < 2) {
            boolean isThere = path.isEmpty()
                    || book.all().stream()
                            .anyMatch(route -> route.getCluster().equals(cluster)
                                    && route.getNamespace().equals(path.getFirst()));
            return isThere ? empty() : none();
        }
        String namespace = path.getLast();
        Optional<ServiceRoute> found = find(namespace, path.get(path.size() - 2));
        if (found.isEmpty()) {
            return none();
        }
        ServiceRoute route = found.get();
        List<String> below = path.subList(0, path.size() - 2);
        if (!route.getCanonicalName().isEmpty()) {
            return below.isEmpty() ? alias(query, route.getCanonicalName()) : none();
        }
        return switch (below.size()) {
            case 0 -> service(query, route);
            case 1 -> host(query, route, below.getFirst());
            case 2 -> ports(query, route, below.getFirst(), below.getLast());
            default -> none();
        };
    }

    /** What is relayed is for the pods of all clusters. */
    private Optional<ServiceRoute> find(String namespace, String name) {
        return book.find(cluster, namespace, name)
                .or(() -> book.all().stream()
                        .filter(route -> route.getRelayed()
                                && route.getNamespace().equals(namespace)
                                && route.getName().equals(name))
                        .findFirst());
    }

    private static Ruling alias(DnsQuery query, String canonical) {
        List<String> name = Arrays.asList(canonical.toLowerCase(Locale.ROOT).split("\\."));
        return new Ruling.Alias(DnsAnswer.of(Code.NONE).alias(query.labels(), name), name);
    }

    private static Ruling service(DnsQuery query, ServiceRoute route) {
        List<String> addresses = route.getAddress().isEmpty()
                ? route.getHostsList().stream().map(RouteHost::getAddress).toList()
                : List.of(route.getAddress());
        if (addresses.isEmpty()) {
            // A headless service that nothing stands behind.
            return none();
        }
        return query.asks(DnsQuery.TYPE_A) ? addresses(query, addresses) : empty();
    }

    private static Ruling host(DnsQuery query, ServiceRoute route, String name) {
        List<String> addresses = route.getHostsList().stream()
                .filter(host -> hostname(host).equals(name))
                .map(RouteHost::getAddress)
                .toList();
        if (addresses.isEmpty()) {
            boolean isProtocol = name.equals("_tcp") || name.equals("_udp");
            return isProtocol ? empty() : none();
        }
        return query.asks(DnsQuery.TYPE_A) ? addresses(query, addresses) : empty();
    }

    private static Ruling ports(DnsQuery query, ServiceRoute route, String port, String protocol) {
        Optional<RoutePort> found = route.getPortsList().stream()
                .filter(one -> port.equals("_" + one.getName())
                        && protocol.equals("_" + one.getProtocol().name().toLowerCase(Locale.ROOT)))
                .findFirst();
        if (found.isEmpty()) {
            return none();
        }
        if (!query.asks(DnsQuery.TYPE_SRV)) {
            return empty();
        }
        List<String> service = name(route, List.of());
        if (!route.getAddress().isEmpty()) {
            return new Ruling.Answer(DnsAnswer.of(Code.NONE)
                    .service(query.labels(), found.get().getPort(), service)
                    .further(service, route.getAddress()));
        }
        DnsAnswer answer = DnsAnswer.of(Code.NONE);
        for (RouteTarget target : found.get().getTargetsList()) {
            for (RouteHost host : route.getHostsList()) {
                if (host.getAddress().equals(target.getAddress())) {
                    List<String> name = name(route, List.of(hostname(host)));
                    answer.service(query.labels(), target.getPort(), name).further(name, host.getAddress());
                }
            }
        }
        return found.get().getTargetsCount() == 0 ? none() : new Ruling.Answer(answer);
    }

    /** A pod's name is its address, whether or not there is one. */
    private static Ruling pods(DnsQuery query, List<String> path) {
        if (path.size() != 2 || !DASHED.matcher(path.getFirst()).matches()) {
            return none();
        }
        return query.asks(DnsQuery.TYPE_A)
                ? addresses(query, List.of(path.getFirst().replace('-', '.')))
                : empty();
    }

    private Ruling pointer(DnsQuery query) {
        List<String> parts =
                new ArrayList<>(query.labels().subList(0, query.labels().size() - REVERSE.size()));
        String address = String.join(".", parts.reversed());
        for (ServiceRoute route : book.all()) {
            if (!route.getCluster().equals(cluster)) {
                continue;
            }
            if (route.getAddress().equals(address)) {
                return pointer(query, name(route, List.of()));
            }
            for (RouteHost host : route.getHostsList()) {
                if (host.getAddress().equals(address)) {
                    return pointer(query, name(route, List.of(hostname(host))));
                }
            }
        }
        return new Ruling.Elsewhere();
    }

    private static Ruling pointer(DnsQuery query, List<String> name) {
        return query.asks(DnsQuery.TYPE_PTR)
                ? new Ruling.Answer(DnsAnswer.of(Code.NONE).pointer(query.labels(), name))
                : empty();
    }

    private static Ruling addresses(DnsQuery query, List<String> addresses) {
        DnsAnswer answer = DnsAnswer.of(Code.NONE);
        addresses.forEach(address -> answer.address(query.labels(), address));
        return new Ruling.Answer(answer);
    }

    /** One without a name of its own is called by its address. */
    private static String hostname(RouteHost host) {
        return host.getHostname().isEmpty() ? host.getAddress().replace('.', '-') : host.getHostname();
    }

    private static List<String> name(ServiceRoute route, List<String> below) {
        List<String> name = new ArrayList<>(below);
        name.addAll(List.of(route.getName(), route.getNamespace(), "svc"));
        name.addAll(ZONE);
        return name;
    }

    private static boolean endsWith(List<String> labels, List<String> end) {
        return labels.size() >= end.size()
                && labels.subList(labels.size() - end.size(), labels.size()).equals(end);
    }

    /** The name is there, and has nothing of what was asked for. */
    private static Ruling empty() {
        return new Ruling.Answer(DnsAnswer.of(Code.NONE).nothing(ZONE));
    }

    private static Ruling none() {
        return new Ruling.Answer(DnsAnswer.of(Code.NO_SUCH_NAME).nothing(ZONE));
    }
}
