package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Ipv4;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.ingressclass.IngressClasses;
import java.util.List;
import java.util.Optional;

/** Finds why an ingress or a class of ingresses is refused. */
record IngressValidation(Findings findings, ObjectNode object) {

    private static final int CONTROLLER_MAX = 250;
    private static final List<String> PATH_TYPES = List.of("Exact", "ImplementationSpecific", "Prefix");
    private static final List<String> NOT_WITHIN = List.of("//", "/./", "/../", "%2f", "%2F");
    private static final List<String> NOT_AT_THE_END = List.of("/..", "/.");

    void check(Optional<ObjectNode> before) {
        JsonNode spec = object.path("spec");
        String className = spec.path("ingressClassName").asText();
        String oldName = Meta.of(object).annotations().getOrDefault(IngressClasses.OLD_NAME, "");
        if (before.isEmpty() && !className.isEmpty() && !oldName.isEmpty()) {
            findings.invalid(
                    "annotations." + IngressClasses.OLD_NAME,
                    oldName,
                    "can not be set when the class field is also set");
        }
        if (!className.isEmpty()) {
            Names.SUBDOMAIN
                    .problem(className)
                    .ifPresent(problem -> findings.invalid("spec.ingressClassName", className, problem));
        }
        JsonNode rules = spec.path("rules");
        if (rules.isEmpty() && !spec.hasNonNull("defaultBackend")) {
            findings.invalid("spec", "", "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.hasNonNull("defaultBackend")) {
            backend(spec.path("defaultBackend"), "spec.defaultBackend");
        }
        for (int i = 0; i < rules.size(); i++) {
            rule(rules.get(i), "spec.rules[" + i + "]");
        }
        for (int i = 0; i < spec.path("tls").size(); i++) {
            certificate(spec.path("tls").get(i), "spec.tls[" + i + "]");
        }
    }

    private void rule(JsonNode rule, String at) {
        host(rule.path("host").asText(), at + ".host");
        JsonNode paths = rule.path("http").path("paths");
        if (rule.hasNonNull("http") && paths.isEmpty()) {
            findings.required(at + ".http.paths", "");
        }
        for (int i = 0; i < paths.size(); i++) {
            String path = at + ".http.paths[" + i + "]";
            path(paths.get(i), path);
            backend(paths.get(i).path("backend"), path + ".backend");
        }
    }

    /** Every host, when there is none. */
    private void host(String host, String at) {
        if (host.isEmpty()) {
            return;
        }
        if (Ipv4.number(host).isPresent()) {
            findings.invalid(at, host, "must be a DNS name, not an IP address");
            return;
        }
        Names kind = host.contains("*") ? Names.WILDCARD : Names.SUBDOMAIN;
        kind.problem(host).ifPresent(problem -> findings.invalid(at, host, problem));
    }

    private void path(JsonNode entry, String at) {
        String path = entry.path("path").asText();
        String type = entry.path("pathType").asText();
        if (type.isEmpty()) {
            findings.required(at + ".pathType", "pathType must be specified");
            return;
        }
        findings.oneOf(at + ".pathType", entry.path("pathType"), PATH_TYPES);
        boolean isFree = type.equals("ImplementationSpecific");
        if (!path.startsWith("/") && !(isFree && path.isEmpty())) {
            findings.invalid(at + ".path", path, "must be an absolute path");
        }
        if (!isFree) {
            NOT_WITHIN.stream()
                    .filter(path::contains)
                    .forEach(part -> findings.invalid(at + ".path", path, "must not contain '" + part + "'"));
            NOT_AT_THE_END.stream()
                    .filter(path::endsWith)
                    .forEach(part -> findings.invalid(at + ".path", path, "cannot end with '" + part + "'"));
        }
    }

    private void backend(JsonNode backend, String at) {
        JsonNode service = backend.path("service");
        if (backend.hasNonNull("resource")) {
            if (backend.hasNonNull("service")) {
                findings.invalid(at, "", "cannot set both resource and service backends");
            } else {
                findings.forbidden(at + ".resource", "is not supported here: only services can be backends");
            }
            return;
        }
        if (!backend.hasNonNull("service")) {
            findings.invalid(at, "", "resource or service backend is required");
            return;
        }
        String name = service.path("name").asText();
        if (name.isEmpty()) {
            findings.required(at + ".service.name", "");
        } else {
            Names.SERVICE.problem(name).ifPresent(problem -> findings.invalid(at + ".service.name", name, problem));
        }
        String portName = service.path("port").path("name").asText();
        JsonNode number = service.path("port").path("number");
        if (!portName.isEmpty() && number.asInt() != 0) {
            findings.invalid(at, "", "cannot set both port name & port number");
        } else if (!portName.isEmpty()) {
            Names.PORT
                    .problem(portName)
                    .ifPresent(problem -> findings.invalid(at + ".service.port.name", portName, problem));
        } else if (number.asInt() != 0) {
            findings.port(at + ".service.port.number", number);
        } else {
            findings.required(at, "port name or number is required");
        }
    }

    private void certificate(JsonNode entry, String at) {
        JsonNode hosts = entry.path("hosts");
        for (int i = 0; i < hosts.size(); i++) {
            String host = hosts.get(i).asText();
            String path = at + ".hosts[" + i + "]";
            Names kind = host.contains("*") ? Names.WILDCARD : Names.SUBDOMAIN;
            kind.problem(host).ifPresent(problem -> findings.invalid(path, host, problem));
        }
        String secret = entry.path("secretName").asText();
        if (!secret.isEmpty()) {
            Names.SUBDOMAIN.problem(secret).ifPresent(problem -> findings.invalid(at + ".secretName", secret, problem));
        }
    }

    void checkClass(Optional<ObjectNode> before) {
        String at = "spec.controller";
        JsonNode controller = object.path("spec").path("controller");
        String text = controller.asText();
        int slash = text.indexOf('/');
        if (text.isEmpty()) {
            findings.required(at, "");
        } else if (text.length() > CONTROLLER_MAX) {
            findings.invalid(at, text, "must be no more than " + CONTROLLER_MAX + " characters");
        } else if (slash <= 0 || slash == text.length() - 1) {
            findings.invalid(at, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        } else {
            Names.SUBDOMAIN.problem(text.substring(0, slash)).ifPresent(problem -> findings.invalid(at, text, problem));
        }
        before.map(old -> old.path("spec").path("controller"))
                .ifPresent(old -> findings.unchanged(at, old, controller));
        findings.oneOf(
                "spec.parameters.scope",
                object.path("spec").path("parameters").path("scope"),
                List.of("Cluster", "Namespace"));
    }
}
