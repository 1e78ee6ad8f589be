package dev.gantry.controller.ecs.deployment;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceRevision;
import dev.gantry.store.Key;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/** Names of records that follow from the deployment that they belong to, so that deciding twice yields the same ones. */
public final class DeploymentNames {

    private static final String DEPLOYMENT = "ecs-svc/";
    private static final int ID_LENGTH = 21;

    private DeploymentNames() {}

    /** The scope of both kinds of records of a service. */
    public static String scope(String cluster, String service) {
        return cluster + "/" + service;
    }

    /** The id of the revision whose tasks carry this deployment's id. */
    public static String revision(EcsDeployment deployment) {
        return deployment.getId().substring(deployment.getId().indexOf('/') + 1);
    }

    /** The id that the tasks of a revision carry. */
    public static String deployment(String revision) {
        return DEPLOYMENT + revision;
    }

    /** The id of the service deployment that began with this deployment. */
    public static String serviceDeployment(EcsService service, EcsDeployment deployment) {
        byte[] digest = sha256(service.getUid() + "/" + deployment.getId());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest).substring(0, ID_LENGTH);
    }

    /** The newest service deployment of a service; empty for a service of before there were records of them. */
    public static Optional<Key<EcsServiceDeployment>> current(EcsService service) {
        return service.getServiceDeployment().isEmpty()
                ? Optional.empty()
                : Optional.of(Kinds.ECS_SERVICE_DEPLOYMENT.key(
                        scope(service.getCluster(), service.getName()), service.getServiceDeployment()));
    }

    /** The record of a deployment's revision. */
    public static Key<EcsServiceRevision> revisionKey(EcsService service, EcsDeployment deployment) {
        return Kinds.ECS_SERVICE_REVISION.key(scope(service.getCluster(), service.getName()), revision(deployment));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
