package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.resource.Taints;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the spec of a pod, alone or in a template. */
record PodValidation(Findings findings, JsonNode spec, String path) {

    private static final List<String> CONTAINERS = List.of("initContainers", "containers", "ephemeralContainers");

    void check() {
        if (spec.path("containers").isEmpty()) {
            findings.required(path + ".containers", "");
        }
        findings.oneOf(path + ".restartPolicy", spec.path("restartPolicy"), List.of("Always", "OnFailure", "Never"));
        findings.oneOf(
                path + ".dnsPolicy",
                spec.path("dnsPolicy"),
                List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"));
        findings.notNegative(path + ".terminationGracePeriodSeconds", spec.path("terminationGracePeriodSeconds"));
        for (int i = 0; i < spec.path("tolerations").size(); i++) {
            toleration(spec.path("tolerations").get(i), path + ".tolerations[" + i + "]");
        }
        new AffinityValidation(findings, spec, path).check();
        Set<String> volumes = volumes();
        Set<String> names = new HashSet<>();
        for (String list : CONTAINERS) {
            for (int i = 0; i < spec.path(list).size(); i++) {
                container(spec.path(list).get(i), path + "." + list + "[" + i + "]", names, volumes);
            }
        }
        new EphemeralContainers(findings, spec, path).check();
    }

    /** Only pods that run have ephemeral containers. */
    void checkNoEphemeralContainers(String why) {
        if (!spec.path("ephemeralContainers").isEmpty()) {
            findings.forbidden(path + ".ephemeralContainers", why);
        }
    }

    private void toleration(JsonNode toleration, String at) {
        String key = toleration.path("key").asText();
        boolean exists = toleration.path("operator").asText().equals("Exists");
        findings.oneOf(at + ".operator", toleration.path("operator"), List.of("Equal", "Exists"));
        findings.oneOf(at + ".effect", toleration.path("effect"), Taints.EFFECTS);
        if (!key.isEmpty()) {
            Names.keyProblem(key).ifPresent(problem -> findings.invalid(at + ".key", key, problem));
        } else if (!exists) {
            findings.invalid(
                    at + ".operator",
                    toleration.path("operator"),
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        if (exists && !toleration.path("value").asText().isEmpty()) {
            findings.invalid(
                    at + ".operator", toleration.path("value"), "value must be empty when `operator` is 'Exists'");
        }
        if (toleration.hasNonNull("tolerationSeconds")
                && !toleration.path("effect").asText().equals("NoExecute")) {
            findings.invalid(
                    at + ".effect",
                    toleration.path("effect"),
                    "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
    }

    /** What of a pod can change when it runs. */
    void checkChange(JsonNode before) {
        JsonNode tolerations = before.path("tolerations");
        Set<JsonNode> now = new HashSet<>();
        spec.path("tolerations").forEach(now::add);
        boolean keepsTolerations = tolerations.valueStream().allMatch(now::contains);
        if (!keepsTolerations || !fixed(before).equals(fixed(spec))) {
            findings.forbidden(
                    path,
                    "pod updates may not change fields other than"
                        + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
                        + " (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to"
                        + " be set to 1 if it was previously negative)");
        }
    }

    private static JsonNode fixed(JsonNode spec) {
        JsonNode copy = spec.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove(List.of("activeDeadlineSeconds", "tolerations"));
            for (String list : List.of("initContainers", "containers")) {
                object.path(list).forEach(container -> ((ObjectNode) container).remove("image"));
            }
        }
        return copy;
    }

    private Set<String> volumes() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < spec.path("volumes").size(); i++) {
            JsonNode volume = spec.path("volumes").get(i);
            String at = path + ".volumes[" + i + "]";
            name(volume, at, names);
            if (volume.hasNonNull("nfs")) {
                new ShareValidation(findings).check(volume.path("nfs"), at + ".nfs");
            }
        }
        return names;
    }

    private void name(JsonNode named, String at, Set<String> names) {
        String name = named.path("name").asText();
        if (name.isEmpty()) {
            findings.required(at + ".name", "");
        } else if (!names.add(name)) {
            findings.duplicate(at + ".name", name);
        } else {
            Names.LABEL.problem(name).ifPresent(problem -> findings.invalid(at + ".name", name, problem));
        }
    }

    private void container(JsonNode container, String at, Set<String> names, Set<String> volumes) {
        name(container, at, names);
        if (container.path("image").asText().isEmpty()) {
            findings.required(at + ".image", "");
        }
        findings.oneOf(
                at + ".imagePullPolicy", container.path("imagePullPolicy"), List.of("Always", "IfNotPresent", "Never"));
        new Quantities(findings).checkResources(container.path("resources"), at + ".resources");
        for (int i = 0; i < container.path("ports").size(); i++) {
            JsonNode port = container.path("ports").get(i);
            port(port.path("containerPort"), at + ".ports[" + i + "].containerPort");
            findings.oneOf(at + ".ports[" + i + "].protocol", port.path("protocol"), List.of("SCTP", "TCP", "UDP"));
        }
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.path(probe).has("grpc")) {
                findings.port(
                        at + "." + probe + ".grpc.port",
                        container.path(probe).path("grpc").path("port"));
            }
        }
        for (int i = 0; i < container.path("env").size(); i++) {
            if (container.path("env").get(i).path("name").asText().isEmpty()) {
                findings.required(at + ".env[" + i + "].name", "");
            }
        }
        for (int i = 0; i < container.path("volumeMounts").size(); i++) {
            mount(container.path("volumeMounts").get(i), at + ".volumeMounts[" + i + "]", volumes);
        }
    }

    private void mount(JsonNode mount, String at, Set<String> volumes) {
        String name = mount.path("name").asText();
        if (name.isEmpty()) {
            findings.required(at + ".name", "");
        } else if (!volumes.contains(name)) {
            findings.notFound(at + ".name", name);
        }
        if (mount.path("mountPath").asText().isEmpty()) {
            findings.required(at + ".mountPath", "");
        }
    }

    private void port(JsonNode port, String at) {
        if (port.isMissingNode()) {
            findings.required(at, "");
        } else {
            findings.port(at, port);
        }
    }
}
