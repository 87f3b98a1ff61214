"""From sample moments to parameter estimates."""
