"""Every dialog closed at every stage of its work: nothing breaks, and every thread is given back."""
