package dev.gantry.agent.simulated;

import dev.gantry.agent.NoRouting;
import java.util.Optional;

/** The network of a simulated node: its containers have addresses, at which nobody answers, and nothing leads there or away. */
public final class SimulatedRouting extends NoRouting {

    @Override
    public boolean givesAddresses() {
        return true;
    }

    @Override
    public Optional<String> network() {
        return Optional.of("simulated");
    }
}
