package dev.gantry.agent;

import dev.gantry.proto.IngressPorts;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.List;
import java.util.Optional;

/** Knows no service, has no network, and keeps nothing from anybody. */
public class NoRouting implements Routing {

    @Override
    public void learn(Routes news) {}

    @Override
    public void meet(Residents residents) {}

    @Override
    public Optional<String> nameServer() {
        return Optional.empty();
    }

    @Override
    public Optional<String> network() {
        return Optional.empty();
    }

    @Override
    public boolean isPossible() {
        return false;
    }

    @Override
    public boolean givesAddresses() {
        return false;
    }

    @Override
    public List<ServiceRoute> services(String cluster, String namespace) {
        return List.of();
    }

    @Override
    public IngressPorts ingressPorts() {
        return IngressPorts.getDefaultInstance();
    }

    @Override
    public void house(String workload, Optional<LocalPod> pod) {}

    @Override
    public Optional<String> shield(String workload, LocalPod pod) throws InterruptedException {
        return Optional.empty();
    }
}
