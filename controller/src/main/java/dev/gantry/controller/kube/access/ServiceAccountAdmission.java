package dev.gantry.controller.kube.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.store.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives a new pod the service account that it runs as: what upstream's admission plugin ServiceAccount does. Its containers find a token, the
 * certificate of the API and their namespace where client libraries look for them, and its images are pulled with the account's secrets unless
 * it names others.
 */
public final class ServiceAccountAdmission {

    private static final String PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String VOLUME = "kube-api-access-";
    private static final String TRUST = "kube-root-ca.crt";
    private static final String AUTOMOUNT = "automountServiceAccountToken";

    /** An hour and seven seconds, by which upstream tells a token that nobody asked for. */
    private static final int TOKEN_SECONDS = 3607;

    private static final int SUFFIX_LENGTH = 5;

    private ServiceAccountAdmission() {}

    /**
     * Completes a pod.
     *
     * @param pod with its name, namespace, uid and defaults
     * @throws KubeRefusal if there is no such account
     */
    public static void admit(Snapshot snapshot, String cluster, ObjectNode pod) {
        Meta meta = Meta.of(pod);
        ObjectNode spec = pod.withObject("/spec");
        String name = spec.path("serviceAccountName").asText();
        ObjectName account = new ObjectName(cluster, ServiceAccountTokens.ACCOUNTS, meta.namespace(), name);
        KubeDocument found = KubeDocument.find(snapshot, account)
                .orElseThrow(() -> KubeRefusal.forbidden(
                        ResourceName.PODS,
                        meta.name(),
                        "error looking up service account " + meta.namespace() + "/" + name + ": serviceaccount \""
                                + name + "\" not found"));
        JsonNode pullSecrets = found.json().path("imagePullSecrets");
        if (spec.path("imagePullSecrets").isEmpty() && !pullSecrets.isEmpty()) {
            spec.set("imagePullSecrets", pullSecrets.deepCopy());
        }
        boolean isWanted = flag(spec).or(() -> flag(found.json())).orElse(true);
        if (isWanted) {
            mount(
                    spec,
                    VOLUME
                            + meta.uid()
                                    .substring(
                                            0,
                                            Math.min(SUFFIX_LENGTH, meta.uid().length())));
        }
    }

    private static Optional<Boolean> flag(JsonNode owner) {
        return owner.path(AUTOMOUNT).isBoolean()
                ? Optional.of(owner.path(AUTOMOUNT).asBoolean())
                : Optional.empty();
    }

    private static void mount(ObjectNode spec, String volume) {
        List<ObjectNode> without = new ArrayList<>();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                if (container instanceof ObjectNode object && !mounts(object)) {
                    without.add(object);
                }
            }
        }
        if (without.isEmpty()) {
            return;
        }
        spec.withArray("volumes").add(access(volume));
        without.forEach(container -> container
                .withArray("volumeMounts")
                .addObject()
                .put("name", volume)
                .put("readOnly", true)
                .put("mountPath", PATH));
    }

    private static boolean mounts(ObjectNode container) {
        return container
                .path("volumeMounts")
                .valueStream()
                .anyMatch(mount -> mount.path("mountPath").asText().equals(PATH));
    }

    private static ObjectNode access(String name) {
        ObjectNode volume = Json.object().put("name", name);
        ObjectNode projected = volume.putObject("projected").put("defaultMode", 0644);
        ArrayNode sources = projected.putArray("sources");
        sources.addObject()
                .putObject("serviceAccountToken")
                .put("expirationSeconds", TOKEN_SECONDS)
                .put("path", "token");
        ObjectNode trust = sources.addObject().putObject("configMap").put("name", TRUST);
        trust.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
        ObjectNode self =
                sources.addObject().putObject("downwardAPI").putArray("items").addObject();
        self.put("path", "namespace")
                .putObject("fieldRef")
                .put("apiVersion", "v1")
                .put("fieldPath", "metadata.namespace");
        return volume;
    }
}
