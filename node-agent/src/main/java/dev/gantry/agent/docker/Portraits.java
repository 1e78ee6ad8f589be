package dev.gantry.agent.docker;

import static dev.gantry.agent.docker.Answers.orElse;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.NetworkSettings;
import dev.gantry.agent.engine.Portrait;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads all that the engine tells of a container. */
final class Portraits {

    /** What the engine writes for never. */
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private Portraits() {}

    static Portrait of(InspectContainerResponse answer) {
        InspectContainerResponse.ContainerState state = answer.getState();
        var config = answer.getConfig();
        return new Portrait(
                answer.getId(),
                orElse(answer.getName(), "").replaceFirst("^/", ""),
                config == null ? "" : orElse(config.getImage(), ""),
                orElse(answer.getImageId(), ""),
                time(answer.getCreated()),
                time(state.getStartedAt()),
                time(state.getFinishedAt()),
                orElse(state.getStatus(), ""),
                Math.toIntExact(orElse(state.getExitCodeLong(), 0L)),
                config == null ? Map.of() : orElse(config.getLabels(), Map.of()),
                orElse(answer.getMounts(), List.<InspectContainerResponse.Mount>of()).stream()
                        .map(Portraits::volume)
                        .toList(),
                attachments(answer.getNetworkSettings()),
                log(answer.getHostConfig()),
                orElse(answer.getDriver(), ""));
    }

    private static String time(@Nullable String written) {
        return written == null || written.equals(NEVER) ? "" : written;
    }

    private static Portrait.Volume volume(InspectContainerResponse.Mount mount) {
        var destination = mount.getDestination();
        return new Portrait.Volume(
                orElse(mount.getName(), ""),
                orElse(mount.getSource(), ""),
                destination == null ? "" : orElse(destination.getPath(), ""));
    }

    private static List<Portrait.Attachment> attachments(@Nullable NetworkSettings settings) {
        Map<String, ContainerNetwork> networks = settings == null ? Map.of() : orElse(settings.getNetworks(), Map.of());
        return networks.values().stream()
                .map(network -> new Portrait.Attachment(
                        orElse(network.getIpAddress(), ""),
                        orElse(network.getIpPrefixLen(), 0),
                        orElse(network.getGateway(), ""),
                        orElse(network.getMacAddress(), "")))
                .toList();
    }

    private static Portrait.Log log(@Nullable HostConfig host) {
        LogConfig log = host == null ? null : host.getLogConfig();
        if (log == null) {
            return new Portrait.Log("", Map.of());
        }
        return new Portrait.Log(
                log.getType() == null ? "" : log.getType().getType(), orElse(log.getConfig(), Map.of()));
    }
}
