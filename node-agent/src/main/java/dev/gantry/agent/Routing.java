package dev.gantry.agent;

import dev.gantry.proto.IngressPorts;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.List;
import java.util.Optional;

/** Leads what is sent to the virtual addresses of services, and answers to their names. */
public interface Routing {

    /** Knows no service. */
    Routing NONE = new Routing() {
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
        public List<ServiceRoute> services(String cluster, String namespace) {
            return List.of();
        }

        @Override
        public IngressPorts ingressPorts() {
            return IngressPorts.getDefaultInstance();
        }
    };

    /** The services changed. Never blocks. */
    void learn(Routes news);

    /** Learns who lives here, so that each is answered with the names of its own cluster. */
    void meet(Residents residents);

    /** The address at which containers can ask for the names of services; empty when nobody answers there. */
    Optional<String> nameServer();

    /** The engine's network whose addresses other nodes reach; empty when containers must do with the engine's default. */
    Optional<String> network();

    /** Whether this machine can have such a network. */
    boolean isPossible();

    /** The services of a namespace of the Kubernetes API, as far as they are known now. */
    List<ServiceRoute> services(String cluster, String namespace);

    /** Where this machine takes requests for ingresses at the moment. */
    IngressPorts ingressPorts();
}
