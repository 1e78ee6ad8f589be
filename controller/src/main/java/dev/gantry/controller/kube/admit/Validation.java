package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.schedule.Schedule;
import dev.gantry.controller.resource.Taints;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds why an object that has its defaults is refused. */
public final class Validation {

    private static final int ANNOTATION_BYTES_MAX = 256 * 1024;
    private static final int TAINTS_MAX = 100;
    private static final String PATH_NAMES = "rbac.authorization.k8s.io/";
    private static final Pattern TEMPLATES = Pattern.compile("((apps|batch)/)?v1 .*");
    private static final String SPEC = "spec";

    private final Findings findings = new Findings();
    /** With the version: custom kinds may have the same name. */
    private final String kind;

    private final ObjectNode object;
    private final Optional<ObjectNode> before;

    private Validation(String kind, ObjectNode object, Optional<ObjectNode> before) {
        this.kind = kind;
        this.object = object;
        this.before = before;
    }

    /**
     * Empty for a good object.
     *
     * @param before what it replaces; empty for a new object
     */
    public static List<Cause> check(String apiVersion, String kind, ObjectNode object, Optional<ObjectNode> before) {
        Validation validation = new Validation(apiVersion + " " + kind, object, before);
        validation.metadata();
        validation.kind();
        return validation.findings.causes();
    }

    private void metadata() {
        JsonNode metadata = object.path("metadata");
        String name = metadata.path("name").asText();
        String generateName = metadata.path("generateName").asText();
        if (before.isEmpty()) {
            if (!name.isEmpty()) {
                nameProblem(name).ifPresent(problem -> findings.invalid("metadata.name", name, problem));
            } else if (generateName.isEmpty()) {
                findings.required("metadata.name", "name or generateName is required");
            } else {
                nameProblem(generateName + "x")
                        .ifPresent(problem -> findings.invalid("metadata.generateName", generateName, problem));
            }
        }
        labels(metadata.path("labels"), "metadata.labels");
        if (TEMPLATES.matcher(kind).matches()) {
            labels(object.path(SPEC).path("template").path("metadata").path("labels"), "spec.template.labels");
        }
        int bytes = 0;
        for (Map.Entry<String, JsonNode> annotation :
                metadata.path("annotations").properties()) {
            bytes += annotation.getKey().length()
                    + annotation.getValue().asText().length();
            Names.keyProblem(annotation.getKey())
                    .ifPresent(problem -> findings.invalid("metadata.annotations", annotation.getKey(), problem));
        }
        if (bytes > ANNOTATION_BYTES_MAX) {
            findings.invalid(
                    "metadata.annotations", "", "Too long: may not be more than " + ANNOTATION_BYTES_MAX + " bytes");
        }
    }

    private Optional<String> nameProblem(String name) {
        if (kind.startsWith(PATH_NAMES)) {
            boolean isSegment = !name.equals(".") && !name.equals("..") && !name.contains("/") && !name.contains("%");
            return isSegment ? Optional.empty() : Optional.of("may not be '.' or '..', nor contain '/' or '%'");
        }
        return switch (kind) {
            case "v1 Namespace" -> Names.LABEL.problem(name);
            case "v1 Service" -> Names.SERVICE.problem(name);
            default -> Names.SUBDOMAIN.problem(name);
        };
    }

    private void labels(JsonNode labels, String path) {
        for (Map.Entry<String, JsonNode> label : labels.properties()) {
            String value = label.getValue().asText();
            Names.keyProblem(label.getKey()).ifPresent(problem -> findings.invalid(path, label.getKey(), problem));
            Names.LABEL_VALUE.problem(value).ifPresent(problem -> findings.invalid(path, value, problem));
        }
    }

    private void kind() {
        JsonNode spec = object.path(SPEC);
        Optional<JsonNode> old = before.map(found -> found.path(SPEC));
        ControllerValidation controller = new ControllerValidation(findings, spec, SPEC);
        switch (kind) {
            case "v1 Pod" -> {
                PodValidation pod = new PodValidation(findings, spec, SPEC);
                pod.check();
                old.ifPresentOrElse(pod::checkChange, () -> pod.checkNoEphemeralContainers("cannot be set on create"));
            }
            case "apps/v1 Deployment", "apps/v1 ReplicaSet" -> controller.checkWorkload(old);
            case "apps/v1 DaemonSet" -> controller.checkDaemonSet(old);
            case "apps/v1 StatefulSet" -> {
                controller.checkStatefulSet();
                old.ifPresent(controller::checkStatefulSetChange);
            }
            case "v1 ReplicationController" -> controller.checkReplicationController();
            case "batch/v1 Job" -> new JobValidation(findings, spec, SPEC).check(old);
            case "batch/v1 CronJob" -> cronJob(spec);
            case "autoscaling/v2 HorizontalPodAutoscaler" -> new AutoscalerValidation(findings, spec).check();
            case "autoscaling/v1 HorizontalPodAutoscaler" -> new AutoscalerValidation(findings, spec).checkOld();
            case "v1 Node" -> taints(spec.path("taints"));
            case "policy/v1 PodDisruptionBudget" -> budget(spec);
            case "v1 Service" -> service(spec, old);
            case "v1 Endpoints" -> new AddressValidation(findings).checkSubsets(object.path("subsets"));
            case "discovery.k8s.io/v1 EndpointSlice" -> new AddressValidation(findings).checkSlice(object);
            case "v1 PersistentVolumeClaim" -> new ClaimValidation(findings, spec).check(old);
            case "v1 PersistentVolume" -> new VolumeValidation(findings, spec).check(old);
            case "v1 ResourceQuota" -> new QuotaValidation(findings, spec).check(old);
            case "scheduling.k8s.io/v1 PriorityClass" -> new PriorityValidation(findings, object).check(before);
            case "networking.k8s.io/v1 Ingress" -> new IngressValidation(findings, object).check(before);
            case "networking.k8s.io/v1 IngressClass" -> new IngressValidation(findings, object).checkClass(before);
            case "networking.k8s.io/v1 NetworkPolicy" -> new NetworkPolicyValidation(findings, spec).check();
            case "v1 LimitRange" -> new LimitRangeValidation(findings, spec).check();
            case "apiextensions.k8s.io/v1 CustomResourceDefinition" ->
                new DefinitionValidation(findings, object).check(before);
            case "v1 ConfigMap" -> configuration(List.of("data", "binaryData"));
            case "v1 Secret" -> {
                configuration(List.of("data"));
                before.ifPresent(found -> findings.unchanged("type", found.path("type"), object.path("type")));
            }
            case "rbac.authorization.k8s.io/v1 RoleBinding", "rbac.authorization.k8s.io/v1 ClusterRoleBinding" ->
                before.filter(found -> !found.path("roleRef").equals(object.path("roleRef")))
                        .ifPresent(_ -> findings.invalid("roleRef", object.path("roleRef"), "cannot change roleRef"));
            default -> {
                // Other kinds have only names and labels to check.
            }
        }
    }

    private void cronJob(JsonNode spec) {
        if (spec.path("schedule").asText().isEmpty()) {
            findings.required("spec.schedule", "");
        } else if (Schedule.parse(spec.path("schedule").asText()).isEmpty()) {
            findings.invalid(
                    "spec.schedule",
                    spec.path("schedule"),
                    "expected minute, hour, day of month, month and day of week, or one of @hourly, @daily,"
                            + " @weekly, @monthly and @yearly");
        }
        String zone = spec.path("timeZone").asText();
        if (!zone.isEmpty() && !ZoneId.getAvailableZoneIds().contains(zone)) {
            findings.invalid("spec.timeZone", zone, "unknown time zone " + zone);
        }
        findings.oneOf("spec.concurrencyPolicy", spec.path("concurrencyPolicy"), List.of("Allow", "Forbid", "Replace"));
        new JobValidation(findings, spec.path("jobTemplate").path(SPEC), "spec.jobTemplate.spec")
                .check(Optional.empty());
    }

    private void taints(JsonNode taints) {
        if (taints.size() > TAINTS_MAX) {
            findings.tooMany("spec.taints", TAINTS_MAX);
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < taints.size(); i++) {
            String at = "spec.taints[" + i + "]";
            String key = taints.get(i).path("key").asText();
            String value = taints.get(i).path("value").asText();
            JsonNode effect = taints.get(i).path("effect");
            Names.keyProblem(key).ifPresent(problem -> findings.invalid(at + ".key", key, problem));
            Names.LABEL_VALUE.problem(value).ifPresent(problem -> findings.invalid(at + ".value", value, problem));
            if (effect.asText().isEmpty()) {
                findings.required(at + ".effect", "");
            }
            findings.oneOf(at + ".effect", effect, Taints.EFFECTS);
            if (!seen.add(key + ":" + effect.asText())) {
                findings.duplicate(at, key + ":" + effect.asText());
            }
        }
    }

    private void budget(JsonNode spec) {
        if (spec.hasNonNull("minAvailable") && spec.hasNonNull("maxUnavailable")) {
            findings.invalid("spec", "", "minAvailable and maxUnavailable cannot be both set");
        }
        for (String member : List.of("minAvailable", "maxUnavailable")) {
            JsonNode value = spec.path(member);
            boolean isShare = value.isIntegralNumber()
                    ? value.asInt() >= 0
                    : value.asText("0%").matches("(\\d{1,2}|100)%");
            if (!value.isMissingNode() && !isShare) {
                findings.invalid(
                        "spec." + member, value, "must be a number that is not negative, or a percentage up to 100%");
            }
        }
        findings.oneOf(
                "spec.unhealthyPodEvictionPolicy",
                spec.path("unhealthyPodEvictionPolicy"),
                List.of("AlwaysAllow", "IfHealthyBudget"));
    }

    private void service(JsonNode spec, Optional<JsonNode> old) {
        findings.oneOf(
                "spec.type", spec.path("type"), List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));
        boolean isHeadless = spec.path("clusterIP").asText().equals("None");
        boolean isExternal = spec.path("type").asText().equals("ExternalName");
        String externalName = spec.path("externalName").asText();
        if (isExternal && externalName.isEmpty()) {
            findings.required("spec.externalName", "");
        } else if (isExternal) {
            Names.SUBDOMAIN
                    .problem(
                            externalName.endsWith(".")
                                    ? externalName.substring(0, externalName.length() - 1)
                                    : externalName)
                    .ifPresent(problem -> findings.invalid("spec.externalName", externalName, problem));
        }
        AddressValidation addresses = new AddressValidation(findings);
        addresses.checkExternal(spec.path("externalIPs"));
        addresses.checkBalancer(spec, old);
        JsonNode ports = spec.path("ports");
        if (ports.isEmpty() && !isHeadless && !isExternal) {
            findings.required("spec.ports", "");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            servicePort(ports.get(i), "spec.ports[" + i + "]", ports.size() > 1, names);
        }
        old.ifPresent(found -> {
            JsonNode address = found.path("clusterIP");
            boolean isKept = address.asText().isEmpty() || isExternal || address.equals(spec.path("clusterIP"));
            boolean wasExternal = found.path("type").asText().equals("ExternalName");
            if (!isKept && !wasExternal) {
                findings.invalid(
                        "spec.clusterIPs[0]",
                        "[\"" + spec.path("clusterIP").asText() + "\"]",
                        "may not change once set");
            }
        });
    }

    private void servicePort(JsonNode port, String path, boolean isNamed, Set<String> names) {
        String name = port.path("name").asText();
        if (name.isEmpty() && isNamed) {
            findings.required(path + ".name", "");
        } else if (!name.isEmpty()) {
            Names.LABEL.problem(name).ifPresent(problem -> findings.invalid(path + ".name", name, problem));
            if (!names.add(name)) {
                findings.duplicate(path + ".name", name);
            }
        }
        findings.port(path + ".port", port.path("port"));
        findings.oneOf(path + ".protocol", port.path("protocol"), List.of("SCTP", "TCP", "UDP"));
    }

    private void configuration(List<String> members) {
        for (String member : members) {
            for (Map.Entry<String, JsonNode> entry : object.path(member).properties()) {
                Names.CONFIG_KEY
                        .problem(entry.getKey())
                        .ifPresent(problem ->
                                findings.invalid(member + "[" + entry.getKey() + "]", entry.getKey(), problem));
            }
            if (before.filter(found -> found.path("immutable").asBoolean()
                            && !found.path(member).equals(object.path(member)))
                    .isPresent()) {
                findings.forbidden(member, "field is immutable when `immutable` is set");
            }
        }
        if (before.filter(found -> found.path("immutable").asBoolean()).isPresent()
                && !object.path("immutable").asBoolean()) {
            findings.forbidden("immutable", "field is immutable when `immutable` is set");
        }
    }
}
