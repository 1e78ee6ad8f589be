@NullMarked
package dev.gantry.controller.kube.serve;

import org.jspecify.annotations.NullMarked;
