package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The defaults of pods, alone and in templates. */
final class PodDefaults {

    /** {@code rw-r--r--} */
    private static final int MODE = 0644;

    private static final long TOLERATION_SECONDS = 300;
    private static final long TOKEN_SECONDS = 3600;
    private static final List<String> CONTAINERS = List.of("initContainers", "containers", "ephemeralContainers");

    private PodDefaults() {}

    /** A pod that is no template gets more: what admission of pods adds in Kubernetes. */
    static void pod(Gaps pod) {
        Gaps spec = pod.within("spec");
        spec(spec);
        spec.put("enableServiceLinks", true)
                .put("serviceAccountName", "default")
                .put("serviceAccount", spec.text("serviceAccountName"));
        containers(spec).forEach(PodDefaults::requestWhatIsTheLimit);
        tolerate(spec.object(), "node.kubernetes.io/not-ready");
        tolerate(spec.object(), "node.kubernetes.io/unreachable");
    }

    /** @param owner of a member {@code template} */
    static void template(Gaps owner) {
        spec(owner.within("template").within("spec"));
    }

    private static void spec(Gaps spec) {
        spec.put("restartPolicy", "Always")
                .put("terminationGracePeriodSeconds", 30)
                .put("dnsPolicy", "ClusterFirst")
                .put("schedulerName", "default-scheduler")
                .within("securityContext");
        if (!spec.text("serviceAccountName").isEmpty()) {
            spec.put("serviceAccount", spec.text("serviceAccountName"));
        } else if (!spec.text("serviceAccount").isEmpty()) {
            spec.put("serviceAccountName", spec.text("serviceAccount"));
        }
        boolean sharesNetwork = spec.object().path("hostNetwork").asBoolean();
        containers(spec).forEach(container -> container(container, sharesNetwork));
        spec.each("volumes").forEach(PodDefaults::volume);
    }

    private static Stream<Gaps> containers(Gaps spec) {
        return CONTAINERS.stream().flatMap(spec::each);
    }

    private static void container(Gaps container, boolean sharesNetwork) {
        container
                .put("terminationMessagePath", "/dev/termination-log")
                .put("terminationMessagePolicy", "File")
                .put("imagePullPolicy", pullPolicy(container.text("image")))
                .within("resources");
        container.each("ports").forEach(port -> {
            port.put("protocol", "TCP");
            if (sharesNetwork && port.object().has("containerPort")) {
                port.put("hostPort", port.object().path("containerPort").asInt());
            }
        });
        container.each("env").flatMap(env -> env.at("valueFrom")).forEach(PodDefaults::fieldReference);
        Stream.of("livenessProbe", "readinessProbe", "startupProbe")
                .flatMap(container::at)
                .forEach(PodDefaults::probe);
        container
                .at("lifecycle")
                .flatMap(lifecycle -> Stream.of("postStart", "preStop").flatMap(lifecycle::at))
                .forEach(PodDefaults::httpCall);
    }

    /** What moves is pulled each time. */
    private static String pullPolicy(String image) {
        String name = image.substring(image.lastIndexOf('/') + 1);
        boolean moves = !image.contains("@") && (!name.contains(":") || name.endsWith(":latest"));
        return moves ? "Always" : "IfNotPresent";
    }

    private static void probe(Gaps probe) {
        probe.put("timeoutSeconds", 1)
                .put("periodSeconds", 10)
                .put("successThreshold", 1)
                .put("failureThreshold", 3);
        httpCall(probe);
        probe.at("grpc").forEach(call -> call.put("service", ""));
    }

    private static void httpCall(Gaps handler) {
        handler.at("httpGet").forEach(call -> call.put("path", "/").put("scheme", "HTTP"));
    }

    private static void fieldReference(Gaps source) {
        source.at("fieldRef").forEach(field -> field.put("apiVersion", "v1"));
    }

    private static void volume(Gaps volume) {
        if (volume.object().size() == 1) {
            volume.within("emptyDir");
        }
        Stream.of("secret", "configMap", "downwardAPI", "projected")
                .flatMap(volume::at)
                .forEach(source -> source.put("defaultMode", MODE));
        volume.at("hostPath").forEach(path -> path.put("type", ""));
        volume.at("downwardAPI").flatMap(source -> source.each("items")).forEach(PodDefaults::fieldReference);
        volume.at("projected").flatMap(source -> source.each("sources")).forEach(source -> {
            source.at("serviceAccountToken").forEach(token -> token.put("expirationSeconds", TOKEN_SECONDS));
            source.at("downwardAPI").flatMap(one -> one.each("items")).forEach(PodDefaults::fieldReference);
        });
        volume.at("ephemeral")
                .flatMap(source -> source.at("volumeClaimTemplate"))
                .flatMap(template -> template.at("spec"))
                .forEach(claim -> claim.put("volumeMode", "Filesystem"));
    }

    private static void requestWhatIsTheLimit(Gaps container) {
        Gaps resources = container.within("resources");
        if (resources.at("limits").findAny().isPresent()) {
            Gaps requests = resources.within("requests");
            for (Map.Entry<String, JsonNode> limit :
                    resources.object().path("limits").properties()) {
                requests.object().putIfAbsent(limit.getKey(), limit.getValue());
            }
        }
    }

    private static void tolerate(ObjectNode spec, String key) {
        ArrayNode tolerations = spec.withArray("tolerations");
        boolean tolerated = tolerations
                .valueStream()
                .anyMatch(one -> List.of("", key).contains(one.path("key").asText())
                        && List.of("", "NoExecute").contains(one.path("effect").asText()));
        if (!tolerated) {
            tolerations
                    .addObject()
                    .put("key", key)
                    .put("operator", "Exists")
                    .put("effect", "NoExecute")
                    .put("tolerationSeconds", (int) TOLERATION_SECONDS);
        }
    }
}
