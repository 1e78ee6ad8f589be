package dev.gantry.cli.command;

import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.client.OpsClient;
import dev.gantry.cli.client.Settings;
import dev.gantry.cli.client.Wire;
import java.time.Clock;

/** Both APIs of one Gantry. */
record Api(Settings settings, EcsClient ecs, OpsClient ops) {

    static Api of(Settings settings, Clock clock) {
        Wire wire = new Wire(settings, clock);
        return new Api(settings, new EcsClient(wire), new OpsClient(wire));
    }

    String cluster() {
        return settings.cluster();
    }
}
