def send_receipt(order_id):
    return None
