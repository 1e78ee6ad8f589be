package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.access.BuiltInRoles;
import dev.gantry.controller.kube.document.ApiService;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.ingressclass.IngressClasses;
import dev.gantry.controller.kube.priority.PriorityClasses;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Versioned;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What every cluster and every namespace has from its first moment, and what a namespace must be to take objects. */
public final class Namespaces {

    public static final List<String> FIRST = List.of("default", "kube-system", "kube-public", "kube-node-lease");
    private static final List<String> IMMORTAL = List.of("default", "kube-system", "kube-public");
    private static final ResourceName SERVICE_ACCOUNTS = ResourceName.core("serviceaccounts");
    private static final ResourceName CONFIG_MAPS = ResourceName.core("configmaps");

    private Namespaces() {}

    /** Refuses a namespace that is not there, or is being deleted; guards that it stays as it is. */
    static void guard(Draft draft, ObjectName inside) {
        ObjectName name = new ObjectName(inside.cluster(), ResourceName.NAMESPACES, "", inside.namespace());
        Versioned<KubeObject> namespace = draft.image()
                .get(name.key())
                .orElseThrow(() -> KubeRefusal.notFound(ResourceName.NAMESPACES, inside.namespace()));
        if (KubeDocument.of(namespace).meta().isDeleted()) {
            throw KubeRefusal.forbidden(
                    inside.resource(),
                    inside.name(),
                    "unable to create new content in namespace " + inside.namespace()
                            + " because it is being terminated");
        }
        draft.writes().guard(namespace);
    }

    /** Refuses to delete a namespace that a cluster cannot be without, as upstream. */
    public static void checkDeletion(ObjectName name) {
        if (name.resource().equals(ResourceName.NAMESPACES) && IMMORTAL.contains(name.name())) {
            throw KubeRefusal.forbidden(name.resource(), name.name(), "this namespace may not be deleted");
        }
    }

    /** What is created together with a namespace. */
    public static Map<ObjectName, ObjectNode> contents(String cluster, String namespace, String authorityPem) {
        Map<ObjectName, ObjectNode> contents = new LinkedHashMap<>();
        contents.put(new ObjectName(cluster, SERVICE_ACCOUNTS, namespace, "default"), Json.object());
        ObjectNode trust = Json.object();
        trust.putObject("data").put("ca.crt", authorityPem);
        contents.put(new ObjectName(cluster, CONFIG_MAPS, namespace, "kube-root-ca.crt"), trust);
        return contents;
    }

    /** Of directories of nodes, for claims that name no class. */
    private static ObjectNode storageClass() {
        ObjectNode object = Json.object();
        object.withObject("/metadata/annotations").put("storageclass.kubernetes.io/is-default-class", "true");
        return object.put("provisioner", VolumeNames.PROVISIONER)
                .put("reclaimPolicy", "Retain")
                .put("volumeBindingMode", "WaitForFirstConsumer");
    }

    /** The service by which pods reach the API. What is behind it, the controllers say: it selects no pods. */
    public static ObjectNode apiService() {
        ObjectNode object = Json.object();
        object.withObject("/metadata/labels").put("component", "apiserver").put("provider", "kubernetes");
        object.withObject("/spec")
                .put("clusterIP", ApiService.ADDRESS)
                .withArray("ports")
                .addObject()
                .put("name", ApiService.PORT_NAME)
                .put("port", ApiService.PORT);
        return object;
    }

    /** What a new cluster has, without what its namespaces have. */
    public static Map<ObjectName, ObjectNode> ofCluster(String cluster) {
        Map<ObjectName, ObjectNode> all = new LinkedHashMap<>();
        FIRST.forEach(name -> all.put(new ObjectName(cluster, ResourceName.NAMESPACES, "", name), Json.object()));
        all.putAll(BuiltInRoles.of(cluster));
        PriorityClasses.ofSystem()
                .forEach((name, one) -> all.put(new ObjectName(cluster, PriorityClasses.RESOURCE, "", name), one));
        all.put(new ObjectName(cluster, VolumeNames.CLASSES, "", VolumeNames.CLASS), storageClass());
        all.put(
                new ObjectName(cluster, IngressClasses.RESOURCE, "", IngressClasses.BUILT_IN),
                IngressClasses.ofSystem());
        if (cluster.equals(ApiService.NAME.cluster())) {
            all.put(ApiService.NAME, apiService());
        }
        return all;
    }
}
