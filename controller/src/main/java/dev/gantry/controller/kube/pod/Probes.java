package dev.gantry.controller.kube.pod;

import dev.gantry.proto.ExecAction;
import dev.gantry.proto.GrpcAction;
import dev.gantry.proto.HttpAction;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.PodContainer;
import dev.gantry.proto.Probe;
import dev.gantry.proto.ProbeAction;
import java.util.Set;

/** Reads the probes and hooks of a container. */
final class Probes {

    private static final Set<String> ACTIONS = Set.of("exec", "httpGet", "tcpSocket", "sleep");

    private static final Set<String> PROBE = Set.of(
            "exec",
            "httpGet",
            "tcpSocket",
            "grpc",
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold");

    private static final int PERIOD_SECONDS = 10;
    private static final int FAILURES = 3;

    private final Part container;

    Probes(Part container) {
        this.container = container;
    }

    void addTo(PodContainer.Builder to) {
        if (container.at("startupProbe").isPresent()) {
            to.setStartup(probe(container.at("startupProbe")));
        }
        if (container.at("livenessProbe").isPresent()) {
            to.setLiveness(probe(container.at("livenessProbe")));
        }
        if (container.at("readinessProbe").isPresent()) {
            to.setReadiness(probe(container.at("readinessProbe")));
        }
        Part lifecycle = container.at("lifecycle");
        lifecycle.only(Set.of("postStart", "preStop"));
        if (lifecycle.at("postStart").isPresent()) {
            to.setPostStart(hook(lifecycle.at("postStart")));
        }
        if (lifecycle.at("preStop").isPresent()) {
            to.setPreStop(hook(lifecycle.at("preStop")));
        }
    }

    private ProbeAction hook(Part hook) {
        hook.only(ACTIONS);
        return action(hook);
    }

    private Probe probe(Part probe) {
        probe.only(PROBE);
        return Probe.newBuilder()
                .setAction(action(probe))
                .setInitialDelaySeconds(probe.number("initialDelaySeconds", 0))
                .setTimeoutSeconds(probe.number("timeoutSeconds", 1))
                .setPeriodSeconds(probe.number("periodSeconds", PERIOD_SECONDS))
                .setSuccessThreshold(probe.number("successThreshold", 1))
                .setFailureThreshold(probe.number("failureThreshold", FAILURES))
                .build();
    }

    private ProbeAction action(Part action) {
        ProbeAction.Builder built = ProbeAction.newBuilder();
        Part http = action.at("httpGet");
        Part tcp = action.at("tcpSocket");
        Part grpc = action.at("grpc");
        if (action.at("exec").isPresent()) {
            built.setExec(
                    ExecAction.newBuilder().addAllCommand(action.at("exec").texts("command")));
        } else if (http.isPresent()) {
            http.only(Set.of("path", "port", "host", "scheme", "httpHeaders"));
            HttpAction.Builder request = HttpAction.newBuilder()
                    .setPort(port(http))
                    .setPath(http.text("path", "/"))
                    .setTls(http.text("scheme").equals("HTTPS"));
            http.at("httpHeaders").items().forEach(header -> request.addHeaders(header(header)));
            built.setHttp(request).setHost(http.text("host"));
        } else if (tcp.isPresent()) {
            tcp.only(Set.of("port", "host"));
            built.setTcpPort(port(tcp)).setHost(tcp.text("host"));
        } else if (grpc.isPresent()) {
            built.setGrpc(
                    GrpcAction.newBuilder().setPort(grpc.number("port", 0)).setService(grpc.text("service")));
        } else if (action.at("sleep").isPresent()) {
            built.setSleepSeconds(action.at("sleep").number("seconds", 0));
        }
        return built.build();
    }

    private static KeyValue header(Part header) {
        String name = header.text("name");
        String value = header.text("value");
        if ((name + value).chars().anyMatch(character -> character == '\r' || character == '\n')) {
            throw header.unsupported("a header is one line");
        }
        return KeyValue.newBuilder().setKey(name).setValue(value).build();
    }

    /** A number, or the name of one of the container's ports. */
    private int port(Part of) {
        if (of.at("port").json().isInt()) {
            return of.number("port", 0);
        }
        String name = of.text("port");
        return container.at("ports").items().stream()
                .filter(port -> port.text("name").equals(name))
                .map(port -> port.number("containerPort", 0))
                .findFirst()
                .orElseGet(() -> {
                    if (name.matches("[0-9]{1,5}")) {
                        return Integer.parseInt(name);
                    }
                    throw of.at("port").unsupported("the container has no port named \"" + name + "\"");
                });
    }
}
