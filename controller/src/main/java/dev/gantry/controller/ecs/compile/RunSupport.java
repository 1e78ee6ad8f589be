package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.EFSVolumeConfiguration;
import dev.gantry.aws.ecs.LogConfiguration;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.Volume;
import dev.gantry.controller.ecs.document.Refusals;

/** Says clearly which parts of a valid definition cannot be run here, instead of running something else. */
public final class RunSupport {

    private RunSupport() {}

    /** Refuses a definition that cannot be run with an UnsupportedFeatureException that names the member. */
    public static void check(RegisterTaskDefinitionRequest definition) {
        refuse(definition.proxyConfiguration() != null, "proxyConfiguration");
        refuse(!definition.inferenceAcceleratorsOrEmpty().isEmpty(), "inferenceAccelerators");
        refuse(Boolean.TRUE.equals(definition.enableFaultInjection()), "enableFaultInjection");
        var platform = definition.runtimePlatform();
        String system = platform == null ? null : platform.operatingSystemFamily();
        refuse(system != null && !system.equals("LINUX"), "runtimePlatform.operatingSystemFamily '" + system + "'");
        definition.volumesOrEmpty().forEach(RunSupport::checkVolume);
        definition.containerDefinitions().forEach(RunSupport::checkContainer);
    }

    private static void checkVolume(Volume volume) {
        String of = " of volume '" + volume.name() + "'";
        EFSVolumeConfiguration efs = volume.efsVolumeConfiguration();
        if (efs != null) {
            refuse("ENABLED".equals(efs.transitEncryption()), "efsVolumeConfiguration.transitEncryption" + of);
            refuse(efs.authorizationConfig() != null, "efsVolumeConfiguration.authorizationConfig" + of);
        }
        refuse(volume.s3filesVolumeConfiguration() != null, "s3filesVolumeConfiguration" + of);
        refuse(
                volume.fsxWindowsFileServerVolumeConfiguration() != null,
                "fsxWindowsFileServerVolumeConfiguration" + of);
        refuse(Boolean.TRUE.equals(volume.configuredAtLaunch()), "configuredAtLaunch" + of);
    }

    private static void checkContainer(ContainerDefinition container) {
        String of = " of container '" + container.name() + "'";
        refuse(!container.secretsOrEmpty().isEmpty(), "secrets" + of);
        refuse(!container.environmentFilesOrEmpty().isEmpty(), "environmentFiles" + of);
        refuse(container.firelensConfiguration() != null, "firelensConfiguration" + of);
        refuse(container.repositoryCredentials() != null, "repositoryCredentials" + of);
        refuse(!container.credentialSpecsOrEmpty().isEmpty(), "credentialSpecs" + of);
        refuse(
                container.resourceRequirementsOrEmpty().stream()
                        .anyMatch(one -> !one.type().equals("GPU")),
                "resourceRequirements of type InferenceAccelerator" + of);
        LogConfiguration log = container.logConfiguration();
        if (log != null) {
            boolean foreign =
                    log.logDriver().equals("awslogs") || log.logDriver().equals("awsfirelens");
            refuse(foreign, "the log driver '" + log.logDriver() + "'" + of + ". Use json-file");
            refuse(!log.secretOptionsOrEmpty().isEmpty(), "logConfiguration.secretOptions" + of);
        }
    }

    private static void refuse(boolean present, String what) {
        if (present) {
            throw Refusals.unsupported("This task cannot be run: Gantry does not support " + what + ".");
        }
    }
}
